package dev.fettle.models.generate;

/**
 * Sizes that programs are written for: 1, 2, 3, 4, 6, 8, 12, 16, 24, ..., the powers of two and
 * those half as large again. Few enough that programs are shared, close enough that at most a third
 * of one is idle.
 */
final class Steps {
  private Steps() {}

  /** The smallest size that holds n. */
  static int up(int n) {
    int power = Integer.highestOneBit(Math.max(1, n));
    if (power >= n) {
      return power;
    }
    int half = power + power / 2;
    return half >= n && power > 1 ? half : 2 * power;
  }

  /** The smallest size that holds n, counted in units. */
  static int up(int n, int unit) {
    return unit * up((n + unit - 1) / unit);
  }
}
