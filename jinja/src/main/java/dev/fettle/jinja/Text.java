package dev.fettle.jinja;

/** Text being made, which stops when it gets too long. */
final class Text {

  private final Bounds bounds;
  private final StringBuilder text = new StringBuilder();

  Text(Bounds bounds) {
    this.bounds = bounds;
  }

  Bounds bounds() {
    return bounds;
  }

  int length() {
    return text.length();
  }

  Text append(String part) {
    bounds.growText(text.length(), part.length());
    text.append(part);
    return this;
  }

  /** Part of a text. */
  Text append(String part, int from, int to) {
    bounds.growText(text.length(), (long) to - from);
    text.append(part, from, to);
    return this;
  }

  Text append(int codePoint) {
    bounds.growText(text.length(), 1);
    text.appendCodePoint(codePoint);
    return this;
  }

  /** The same part again and again; a negative count is none. */
  Text repeat(String part, long times) {
    if (times > 0 && !part.isEmpty()) {
      long most = Long.MAX_VALUE / part.length();
      bounds.growText(text.length(), Math.min(times, most) * part.length());
      for (long i = 0; i < times; i++) {
        text.append(part);
      }
    }
    return this;
  }

  /** A character's number in hexadecimal, of at least so many digits. */
  Text hex(int c, int digits) {
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
      append(Character.forDigit((c >> shift) & 0xf, 16));
    }
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
