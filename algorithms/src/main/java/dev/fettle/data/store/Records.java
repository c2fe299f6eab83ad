package dev.fettle.data.store;

import dev.fettle.data.read.RowOrigin;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The records of a {@link RowFile}, mapped: the system keeps in memory what it has room for, and
 * the heap holds eight bytes a record. Used by many threads.
 */
final class Records {

  /** A map holds at most 2 GiB; these are cut between records. */
  static final long LARGEST_MAP = 1L << 30;

  private final List<Path> files;
  private final long[] ends;
  private final List<ByteBuffer> maps;

  /** The first record of each map. */
  private final int[] first;

  private Records(List<Path> files, long[] ends, List<ByteBuffer> maps, int[] first) {
    this.files = files;
    this.ends = ends;
    this.maps = maps;
    this.first = first;
  }

  /**
   * Maps the records of a file.
   *
   * @param files the data files, as origins count them
   * @param ends where each record ends
   * @param largestMap bytes of a map at most, unless one record is longer
   */
  static Records map(Path path, List<Path> files, long[] ends, long largestMap) throws IOException {
    List<ByteBuffer> maps = new ArrayList<>();
    List<Integer> first = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      for (int from = 0, to; from < ends.length; from = to) {
        long start = start(ends, from);
        to = from + 1;
        while (to < ends.length && ends[to] - start <= largestMap) {
          to++;
        }
        first.add(from);
        maps.add(channel.map(FileChannel.MapMode.READ_ONLY, start, ends[to - 1] - start));
      }
    }
    int[] firsts = first.stream().mapToInt(Integer::intValue).toArray();
    return new Records(List.copyOf(files), ends, List.copyOf(maps), firsts);
  }

  private static long start(long[] ends, int record) {
    return record == 0 ? RowFile.HEADER : ends[record - 1];
  }

  int size() {
    return ends.length;
  }

  /** What the codec wrote. */
  ByteBuffer bytes(int index) {
    ByteBuffer record = record(index);
    return record.slice(RowFile.ORIGIN, record.limit() - RowFile.ORIGIN);
  }

  RowOrigin origin(int index) {
    ByteBuffer record = record(index);
    return new RowOrigin(
        files.get(record.getInt(0)),
        record.getLong(2 * Integer.BYTES),
        RowFile.UNITS.get(record.getInt(Integer.BYTES)));
  }

  private ByteBuffer record(int index) {
    Objects.checkIndex(index, ends.length);
    int found = Arrays.binarySearch(first, index);
    int map = found < 0 ? -found - 2 : found;
    long start = start(ends, index);
    // A slice has a position of its own, so threads do not meet.
    return maps.get(map)
        .slice((int) (start - start(ends, first[map])), (int) (ends[index] - start));
  }
}
