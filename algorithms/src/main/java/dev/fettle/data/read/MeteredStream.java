package dev.fettle.data.read;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream that gives so many bytes and then fails, unless it is allowed more. */
final class MeteredStream extends FilterInputStream {

  /** Readers behind this one read ahead; what they hold already is no row's fault. */
  static final int READ_AHEAD = 1 << 17;

  private long left;

  MeteredStream(InputStream in, long allowed) {
    super(in);
    allow(allowed);
  }

  /** Counts anew. */
  void allow(long bytes) {
    left = bytes + READ_AHEAD;
  }

  @Override
  public int read() throws IOException {
    int b = super.read();
    spend(b < 0 ? 0 : 1);
    return b;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int n = super.read(bytes, offset, length);
    spend(n);
    return n;
  }

  private void spend(int n) throws IOException {
    left -= Math.max(0, n);
    if (left < 0) {
      throw new BoundedLines.TooLong();
    }
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
