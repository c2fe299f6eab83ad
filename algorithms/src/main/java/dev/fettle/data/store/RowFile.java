package dev.fettle.data.store;

import dev.fettle.data.read.RowOrigin;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A file of tokenised rows, found to be whole.
 *
 * <pre>
 * 8 bytes   magic
 * records   each: data file (4), unit (4) and number (8) of its origin; what the codec wrote
 * index     8 bytes a record: where it ends
 * key       of what was tokenised, and how: 4 bytes its size, then UTF-8
 * notes     the same
 * footer    8 bytes where the index begins, 8 how many records there are, 8 a CRC-32C of all before
 * </pre>
 *
 * Numbers are big-endian.
 *
 * @param ends where each record ends
 * @param notes what the writer added
 */
@SuppressWarnings("ArrayRecordComponent") // one for each row; compared by nobody
record RowFile(long[] ends, String notes) {

  /** Also the version of this form. */
  static final long MAGIC = 0x4645_5454_4c45_5201L;

  static final int HEADER = Long.BYTES;
  static final int ORIGIN = 2 * Integer.BYTES + Long.BYTES;
  static final int FOOTER = 3 * Long.BYTES;
  static final List<RowOrigin.Unit> UNITS = List.of(RowOrigin.Unit.LINE, RowOrigin.Unit.ROW);

  private static final int CHUNK = 1 << 18;

  /**
   * Reads all but the records.
   *
   * @param key the file must have been written under
   * @throws IOException saying why it cannot be used
   */
  static RowFile read(Path path, String key) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < HEADER + FOOTER) {
        throw new IOException("it is cut off");
      }
      if (crc(path, size - Long.BYTES) != readLong(channel, size - Long.BYTES)) {
        throw new IOException("it is damaged");
      }
      // What has its sum was written here, unless the form is another version's.
      long indexAt = readLong(channel, size - FOOTER);
      long count = readLong(channel, size - FOOTER + Long.BYTES);
      if (readLong(channel, 0) != MAGIC
          || indexAt < HEADER
          || count < 1
          || count > (size - indexAt) / Long.BYTES) {
        throw new IOException("it is no file of rows");
      }
      return read(channel, indexAt, (int) count, key);
    }
  }

  private static RowFile read(FileChannel channel, long indexAt, int count, String key)
      throws IOException {
    channel.position(indexAt);
    DataInputStream in =
        new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel), CHUNK));
    long[] ends = new long[count];
    for (int i = 0; i < count; i++) {
      ends[i] = in.readLong();
    }
    if (!text(in).equals(key)) {
      throw new IOException("it holds other rows");
    }
    return new RowFile(ends, text(in));
  }

  private static String text(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      throw new IOException("it is no file of rows");
    }
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  private static long readLong(FileChannel channel, long at) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, at + bytes.position()) < 0) {
        throw new IOException("it is cut off");
      }
    }
    return bytes.getLong(0);
  }

  private static long crc(Path path, long length) throws IOException {
    CRC32C crc = new CRC32C();
    byte[] chunk = new byte[CHUNK];
    try (InputStream in = Files.newInputStream(path)) {
      for (long left = length; left > 0; ) {
        int n = in.read(chunk, 0, (int) Math.min(chunk.length, left));
        if (n < 0) {
          throw new IOException("it is cut off");
        }
        crc.update(chunk, 0, n);
        left -= n;
      }
    }
    return crc.getValue();
  }
}
