package dev.fettle.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.text.similarity.DamerauLevenshteinDistance;

/**
 * Finds the name that was probably meant. Names are compared by their edit distance (insertions,
 * deletions, replacements, swaps of neighbours); case, underscores and hyphens are nothing.
 */
public final class Nearest {
  /** Longer ones are no names; the distance costs the product of the lengths. */
  private static final int LONGEST = 100;

  private Nearest() {}

  /** The name most like the written one, where one is like enough. */
  public static Optional<String> to(String written, Collection<String> names) {
    return within(Math.max(1, plain(written).length() / 3), written, names);
  }

  /** The name most like the written one, if so many edits make it so. */
  static Optional<String> within(int edits, String written, Collection<String> names) {
    String plain = plain(written);
    return names.stream().min(order(written)).filter(n -> distance(plain, plain(n)) <= edits);
  }

  /** The names most like the written one first, then alphabetically. */
  public static Comparator<String> order(String written) {
    String plain = plain(written);
    return Comparator.<String>comparingInt(name -> distance(plain, plain(name)))
        .thenComparing(Comparator.naturalOrder());
  }

  /** True where two names differ in case, underscores and hyphens at most. */
  public static boolean same(String a, String b) {
    return plain(a).equals(plain(b));
  }

  static String plain(String name) {
    return name.replaceAll("[_-]", "").toLowerCase(Locale.ROOT);
  }

  private static int distance(String a, String b) {
    return a.length() > LONGEST || b.length() > LONGEST
        ? Integer.MAX_VALUE
        : new DamerauLevenshteinDistance().apply(a, b);
  }
}
