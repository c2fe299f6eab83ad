package dev.fettle.sample;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All that the lines of a file follow from, by name: content keys of a model and of data, options
 * as they are written. Equal origins promise equal lines.
 *
 * @param parts in the order in which they are told
 */
public record Origin(Map<String, String> parts) {

  /** Copies the map. */
  public Origin {
    parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
  }

  /** An origin of nothing yet. */
  public static Origin none() {
    return new Origin(Map.of());
  }

  /** The same and one part more. */
  public Origin with(String name, Object value) {
    Map<String, String> more = new LinkedHashMap<>(parts);
    more.put(name, String.valueOf(value));
    return new Origin(more);
  }

  /** The same and all parts of another. */
  public Origin with(Origin other) {
    Map<String, String> more = new LinkedHashMap<>(parts);
    more.putAll(other.parts);
    return new Origin(more);
  }

  /** What differs, in words: {@code temperature 0.7 where it is 1.0 now, another model}. */
  List<String> differencesTo(Origin now) {
    Set<String> names = new LinkedHashSet<>(parts.keySet());
    names.addAll(now.parts.keySet());
    List<String> differences = new ArrayList<>();
    for (String name : names) {
      String before = parts.getOrDefault(name, "none");
      String after = now.parts.getOrDefault(name, "none");
      if (!before.equals(after)) {
        boolean keys = isKey(before) && isKey(after);
        differences.add(
            keys ? "another " + name : name + " " + before + " where it is " + after + " now");
      }
    }
    return differences;
  }

  /** Content keys say nothing to a reader. */
  private static boolean isKey(String value) {
    return value.matches("[0-9a-f]{32}");
  }
}
