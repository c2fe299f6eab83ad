package dev.fettle.objective;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How much there is in a micro-batch, or in all those of an optimizer step: what sums are divided
 * by to become means. Taken on the host before anything runs, so that 1x8 and 8x1 micro-batches
 * agree.
 *
 * @param tokens tokens that are not padding, for throughput
 * @param of the objective's own normalizers by name, as {@code targets} or {@code pairs}
 */
public record Counts(long tokens, Map<String, Long> of) {

  /** Nothing. */
  public static final Counts NONE = new Counts(0, Map.of());

  /** Keeps a sorted copy. */
  public Counts {
    of = Collections.unmodifiableMap(new TreeMap<>(of));
  }

  /** Tokens and one normalizer. */
  public static Counts of(long tokens, String name, long count) {
    return new Counts(tokens, Map.of(name, count));
  }

  /** The same with one more normalizer. */
  public Counts and(String name, long count) {
    Map<String, Long> more = new TreeMap<>(of);
    more.put(name, count);
    return new Counts(tokens, more);
  }

  /** A normalizer; 0 where nothing of that name was counted. */
  public long count(String name) {
    return of.getOrDefault(name, 0L);
  }

  /** Both together. */
  public Counts plus(Counts other) {
    Map<String, Long> sums = new TreeMap<>(of);
    other.of.forEach((name, count) -> sums.merge(name, count, Long::sum));
    return new Counts(tokens + other.tokens, sums);
  }
}
