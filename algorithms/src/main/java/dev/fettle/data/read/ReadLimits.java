package dev.fettle.data.read;

import java.util.Locale;

/**
 * How much of a file may stand in memory at once. What a stranger's file says of itself is not to
 * be believed: three megabytes of gzip hold a line of gigabytes.
 *
 * @param rowBytes of one row, as the file has it once it is decompressed
 */
public record ReadLimits(long rowBytes) {

  /** 64 MiB a row: a book, or three times the longest text most tools write. */
  public static final ReadLimits DEFAULT = new ReadLimits(64L << 20);

  /** Longer numbers are an attack; Python reads at most 4,300 digits. */
  static final int DIGITS = 10_000;

  /** Lists in lists beyond this depth are one too. */
  static final int DEPTH = 1000;

  /** A row is at least one byte, and at most what an array holds. */
  public ReadLimits {
    if (rowBytes < 1 || rowBytes > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException("a row may have 1 to 2147483583 bytes, not " + rowBytes);
    }
  }

  /** The error for a row that is longer. */
  public DataException tooLong(RowOrigin origin) {
    return DataException.at(
        origin,
        String.format(
            Locale.ROOT,
            "is longer than %,d bytes; check that the file has one row where it should, or raise"
                + " data.maxRowBytes",
            rowBytes));
  }
}
