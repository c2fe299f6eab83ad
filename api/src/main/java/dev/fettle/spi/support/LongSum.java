package dev.fettle.spi.support;

import java.util.ArrayList;
import java.util.List;

/**
 * How a sum over many elements is cut into sums over few. One F32 accumulator stops growing where
 * its terms fall below its last bit: 2^25 equal terms come out 4 % wrong. Groups of terms are
 * summed, then the sums, so that no accumulator takes more than a few hundred.
 */
public final class LongSum {
  /** Shorter groups save too little to be worth a pass of their own. */
  private static final long SHORTEST = 8;

  private LongSum() {}

  /**
   * Neighbouring axes that are all summed over, or all kept, seen as one.
   *
   * @param size the product of their sizes
   * @param summed true where they disappear
   */
  public record Run(long size, boolean summed) {}

  /**
   * {@code groups} times {@code each} elements, and a {@code rest} shorter than a group.
   *
   * @param groups to be summed again
   * @param each the terms of one group
   * @param rest elements at the end that fill no group
   */
  public record Cut(long groups, long each, long rest) {}

  /** The axes of a tensor merged where neighbours have the same fate. Axes of size 1 vanish. */
  public static List<Run> runs(List<Long> sizes, List<Integer> axes) {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < sizes.size(); i++) {
      Run next = new Run(sizes.get(i), axes.contains(i));
      int last = runs.size() - 1;
      if (next.size == 1) {
        continue;
      }
      if (last >= 0 && runs.get(last).summed == next.summed) {
        runs.set(last, new Run(runs.get(last).size * next.size, next.summed));
      } else {
        runs.add(next);
      }
    }
    return runs;
  }

  /**
   * Cuts {@code n} terms into groups of at most {@code limit}, all levels about equally long. The
   * fairest divisor of n is taken, so that nothing is left over: what is costs a copy.
   */
  public static Cut cut(long n, long limit) {
    int levels = (int) Math.ceil(Math.log((double) n) / Math.log((double) limit) - 1e-9);
    long fair = Math.min(limit, Math.round(Math.pow((double) n, 1.0 / Math.max(1, levels))));
    for (long off = 0; off < limit; off++) {
      if (fair + off <= limit && n % (fair + off) == 0) {
        return new Cut(n / (fair + off), fair + off, 0);
      }
      if (fair - off >= SHORTEST && n % (fair - off) == 0) {
        return new Cut(n / (fair - off), fair - off, 0);
      }
    }
    return new Cut(n / fair, fair, n % fair);
  }
}
