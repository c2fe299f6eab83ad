package dev.fettle.data.pack;

/**
 * How rows are laid out.
 *
 * @param packing how examples share rows
 * @param maxLength tokens a row holds at most
 * @param multiple row lengths are rounded up to a multiple of this, never beyond {@code maxLength},
 *     so that programs for few lengths serve all
 * @param window examples packed together, in file order; {@link #WHOLE} for all of them. A window
 *     bounds the time of packing and keeps rows near their place in the file.
 */
public record PackingOptions(Packing packing, int maxLength, int multiple, int window) {

  /** The window that holds every example. */
  public static final int WHOLE = Integer.MAX_VALUE;

  /** What row lengths are rounded up to unless somebody says otherwise. */
  public static final int DEFAULT_MULTIPLE = 64;

  /** Checks the sizes. */
  public PackingOptions {
    if (maxLength < 2 || multiple < 1 || window < 1) {
      throw new IllegalArgumentException(
          "maxLength must be at least 2, multiple and window at least 1, not "
              + maxLength
              + ", "
              + multiple
              + " and "
              + window);
    }
  }

  /** Packs all examples together, with the default rounding. */
  public static PackingOptions of(Packing packing, int maxLength) {
    return new PackingOptions(packing, maxLength, DEFAULT_MULTIPLE, WHOLE);
  }

  /** Tokens of an example that rows have room for: any number where longer ones are split. */
  public int exampleLength() {
    return packing.splits() ? Integer.MAX_VALUE : maxLength;
  }

  /** The length of a row that must hold so many tokens. */
  int rounded(int tokens) {
    long up = ((long) tokens + multiple - 1) / multiple * multiple;
    return (int) Math.min(up, maxLength);
  }
}
