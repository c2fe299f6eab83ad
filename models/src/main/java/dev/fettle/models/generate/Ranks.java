package dev.fettle.models.generate;

/** Order statistics without sorting (Hoare, 1961, "Find"). */
final class Ranks {
  private Ranks() {}

  /**
   * The k-th largest of some numbers.
   *
   * @param values none of them NaN; not changed
   * @param k from 1
   * @param scratch as long as the values; changed
   */
  static float kthLargest(float[] values, int k, float[] scratch) {
    System.arraycopy(values, 0, scratch, 0, values.length);
    int wanted = k - 1;
    int from = 0;
    int to = values.length - 1;
    while (from < to) {
      float pivot = median(scratch[from], scratch[(from + to) >>> 1], scratch[to]);
      int i = from;
      int j = to;
      while (i <= j) {
        while (scratch[i] > pivot) {
          i++;
        }
        while (scratch[j] < pivot) {
          j--;
        }
        if (i <= j) {
          float swapped = scratch[i];
          scratch[i++] = scratch[j];
          scratch[j--] = swapped;
        }
      }
      if (wanted <= j) {
        to = j;
      } else if (wanted >= i) {
        from = i;
      } else {
        return scratch[wanted];
      }
    }
    return scratch[wanted];
  }

  private static float median(float a, float b, float c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
