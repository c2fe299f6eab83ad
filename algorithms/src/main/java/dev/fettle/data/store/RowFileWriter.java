package dev.fettle.data.store;

import dev.fettle.data.read.DataException;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.files.AtomicFile;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/**
 * Writes examples to a file as they come. Used by one thread. Closed before it is finished, it
 * leaves nothing behind.
 *
 * @param <E> the kind of example
 */
public final class RowFileWriter<E> implements AutoCloseable {

  private static final int BUFFER = 1 << 18;
  private static final int ROOM = 1024;

  private final RowCache cache;
  private final Path path;
  private final List<Path> madeDirectories;
  private final Content<E> content;
  private final AtomicFile file;
  private final Map<Path, Integer> numbers = new HashMap<>();
  private final CRC32C crc = new CRC32C();
  private final DataOutputStream out;
  private long[] ends = new long[ROOM];
  private int count;
  private long position;

  /** What is written: under which key, in which form, from which data files. */
  record Content<E>(String key, StoredForm<E> form, List<Path> files) {
    Content {
      files = List.copyOf(files);
    }
  }

  /**
   * @param madeDirectories for this file; removed where it is not finished
   */
  RowFileWriter(RowCache cache, Path path, List<Path> madeDirectories, Content<E> content)
      throws IOException {
    this.cache = cache;
    this.path = path;
    this.madeDirectories = madeDirectories;
    this.content = content;
    this.file = AtomicFile.begin(path);
    for (int i = 0; i < content.files().size(); i++) {
      numbers.putIfAbsent(content.files().get(i), i);
    }
    this.out =
        new DataOutputStream(
            new BufferedOutputStream(
                new CheckedOutputStream(Channels.newOutputStream(file.channel()), crc), BUFFER));
    out.writeLong(RowFile.MAGIC);
    position = RowFile.HEADER;
  }

  /**
   * Adds an example.
   *
   * @param origin in one of the data files
   * @throws DataException where the disk is full, or the file cannot be written
   */
  public void add(E example, RowOrigin origin) {
    byte[] bytes = content.form().write(example);
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, 2 * count);
    }
    try {
      out.writeInt(number(origin.file()));
      out.writeInt(RowFile.UNITS.indexOf(origin.unit()));
      out.writeLong(origin.number());
      out.write(bytes);
    } catch (IOException e) {
      throw failed(e);
    }
    position += RowFile.ORIGIN + bytes.length;
    ends[count++] = position;
  }

  private int number(Path file) {
    Integer number = numbers.get(file);
    if (number == null) {
      throw new IllegalArgumentException(file + " is not one of the data files");
    }
    return number;
  }

  /**
   * Puts the file in its place.
   *
   * @param notes kept with the examples
   * @return them, as they are read from it
   * @throws DataException where the disk is full, or the file cannot be written
   */
  public List<E> finish(String notes) {
    long[] index = Arrays.copyOf(ends, count);
    try {
      for (long end : index) {
        out.writeLong(end);
      }
      text(content.key());
      text(notes);
      out.writeLong(position);
      out.writeLong(count);
      out.flush();
      out.writeLong(crc.getValue());
      out.flush();
      file.commit();
      cache.tidy();
      return content.form().list(Records.map(path, content.files(), index, Records.LARGEST_MAP));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void text(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private RuntimeException failed(IOException e) {
    if (e instanceof ClosedByInterruptException) {
      return new CancellationException("interrupted while reading data");
    }
    return RowCache.failed(path, e);
  }

  @Override
  public void close() {
    file.close();
    RowCache.removeEmpty(madeDirectories);
  }
}
