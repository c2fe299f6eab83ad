package dev.fettle.data.read;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Lines of UTF-8, each of at most so many bytes. A line ends with a line feed, a carriage return,
 * or both, and of one that is too long no more is read than shows it.
 */
final class BoundedLines implements AutoCloseable {

  private static final int BUFFER = 1 << 16;
  private static final int ROOM = 1 << 12;

  private final InputStream in;
  private final int limit;
  private final byte[] buffer = new byte[BUFFER];
  private int at;
  private int filled;
  private boolean afterReturn;
  private byte[] line = new byte[ROOM];
  private int length;

  BoundedLines(InputStream in, long limit) {
    this.in = in;
    this.limit = (int) limit;
  }

  /** A line that is longer than it may be. */
  static final class TooLong extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * The next line without its end, or null after the last.
   *
   * @throws TooLong where it is longer than the limit
   * @throws CharacterCodingException where it is not UTF-8
   */
  @Nullable String next() throws IOException {
    length = 0;
    boolean any = false;
    while (fill()) {
      if (afterReturn) {
        afterReturn = false;
        if (buffer[at] == '\n') {
          at++;
          continue;
        }
      }
      any = true;
      int end = end();
      append(end);
      if (end < filled) {
        afterReturn = buffer[end] == '\r';
        at = end + 1;
        return text();
      }
      at = end;
    }
    return any ? text() : null;
  }

  private boolean fill() throws IOException {
    if (at < filled) {
      return true;
    }
    at = 0;
    filled = Math.max(0, in.read(buffer));
    return filled > 0;
  }

  /** Where the line ends in the buffer; beyond it where it does not. */
  private int end() {
    int end = at;
    while (end < filled && buffer[end] != '\n' && buffer[end] != '\r') {
      end++;
    }
    return end;
  }

  private void append(int end) throws TooLong {
    int more = end - at;
    if (more > limit - length) {
      throw new TooLong();
    }
    if (length + more > line.length) {
      long room = Math.max(2L * line.length, length + more);
      line = Arrays.copyOf(line, (int) Math.min(room, limit));
    }
    System.arraycopy(buffer, at, line, length, more);
    length += more;
  }

  private String text() throws CharacterCodingException {
    for (int i = 0; i < length; i++) {
      if (line[i] < 0) {
        // A decoder of one's own reports broken UTF-8; the charset's would replace it.
        return StandardCharsets.UTF_8
            .newDecoder()
            .decode(ByteBuffer.wrap(line, 0, length))
            .toString();
      }
    }
    return new String(line, 0, length, StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
