package dev.fettle.data.read;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that was probably meant. */
public final class Suggestions {

  private Suggestions() {}

  /** The names most like the given one first, then alphabetically. */
  static Comparator<String> nearest(String wanted) {
    return Comparator.<String>comparingInt(name -> distance(wanted, name))
        .thenComparing(Comparator.naturalOrder());
  }

  /** The name most like the given one, where one is like enough. */
  public static Optional<String> of(String wanted, Collection<String> names) {
    return names.stream()
        .min(nearest(wanted))
        .filter(name -> distance(wanted, name) <= Math.max(1, wanted.length() / 3));
  }

  /** Levenshtein's distance: insertions, deletions and replacements. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
