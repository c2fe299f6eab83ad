package dev.fettle.tck;

import java.util.Map;

/** Look-ups that fail with the name of what is missing. */
final class Maps {
  private Maps() {}

  static <T> T get(Map<String, T> map, String name) {
    T found = map.get(name);
    if (found == null) {
      throw new AssertionError("no " + name + " among " + map.keySet());
    }
    return found;
  }
}
