package dev.fettle.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The heart of byte-pair encoding (Sennrich et al. 2016, arXiv 1508.07909, section 3.2): the words
 * as symbols, and how often each pair of neighbours occurs. Of pairs equally frequent the one with
 * the smallest ids goes first, as in Hugging Face's trainer.
 */
final class PairMerger {

  /** A pair and how often it occurred when it was queued. */
  record Pair(int left, int right, long count) {
    private static final Comparator<Pair> BEST_FIRST =
        Comparator.comparingLong(Pair::count)
            .reversed()
            .thenComparingInt(Pair::left)
            .thenComparingInt(Pair::right);

    private long key() {
      return key(left, right);
    }

    private static long key(int left, int right) {
      return (long) left << 32 | right;
    }
  }

  private final List<int[]> words = new ArrayList<>();
  private final List<Long> wordCounts = new ArrayList<>();
  private final Map<Long, Long> counts = new HashMap<>();
  private final Map<Long, Set<Integer>> places = new HashMap<>();
  private final PriorityQueue<Pair> queue = new PriorityQueue<>(Pair.BEST_FIRST);
  private final Set<Long> changed = new HashSet<>();

  /** Adds a word; all of them before the first {@link #best}. */
  void add(int[] symbols, long count) {
    int index = words.size();
    words.add(symbols);
    wordCounts.add(count);
    for (int i = 1; i < symbols.length; i++) {
      change(symbols[i - 1], symbols[i], count, index);
    }
  }

  /** The pair to merge next, or one with a count of 0 where none is left. */
  Pair best() {
    queueChanged();
    while (!queue.isEmpty()) {
      Pair pair = queue.remove();
      long now = counts.getOrDefault(pair.key(), 0L);
      if (now == pair.count()) {
        return pair;
      }
      // Its neighbours were merged since it was queued.
      if (now > 0) {
        queue.add(new Pair(pair.left(), pair.right(), now));
      }
    }
    return new Pair(0, 0, 0);
  }

  private void queueChanged() {
    for (long key : changed) {
      long count = counts.getOrDefault(key, 0L);
      if (count > 0) {
        queue.add(new Pair((int) (key >>> 32), (int) key, count));
      }
    }
    changed.clear();
  }

  /** Replaces the pair by one symbol wherever it stands. */
  void merge(Pair pair, int symbol) {
    Set<Integer> where = places.remove(pair.key());
    if (where == null) {
      return;
    }
    for (int index : where) {
      words.set(index, merged(index, pair, symbol));
    }
    counts.remove(pair.key());
    changed.remove(pair.key());
  }

  private int[] merged(int index, Pair pair, int symbol) {
    int[] old = words.get(index);
    long count = wordCounts.get(index);
    int[] out = new int[old.length];
    int length = 0;
    int i = 0;
    while (i < old.length) {
      boolean here = i + 1 < old.length && old[i] == pair.left() && old[i + 1] == pair.right();
      if (!here) {
        out[length++] = old[i++];
        continue;
      }
      if (length > 0) {
        change(out[length - 1], pair.left(), -count, index);
        change(out[length - 1], symbol, count, index);
      }
      if (i + 2 < old.length) {
        change(pair.right(), old[i + 2], -count, index);
        change(symbol, old[i + 2], count, index);
      }
      out[length++] = symbol;
      i += 2;
    }
    return Arrays.copyOf(out, length);
  }

  private void change(int left, int right, long by, int index) {
    long key = Pair.key(left, right);
    counts.merge(key, by, Long::sum);
    if (by > 0) {
      places.computeIfAbsent(key, k -> new HashSet<>()).add(index);
      changed.add(key);
    }
  }
}
