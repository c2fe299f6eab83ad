package dev.fettle.harness.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a configuration file says, each part with its place. */
sealed interface ConfigTree {

  /** Where it begins. */
  Place place();

  /** What it is, for messages. */
  String describe();

  /**
   * A text, number, truth value or nothing.
   *
   * @param value a String, Long, Double or Boolean; null where nothing is written
   */
  record Leaf(Place place, @Nullable Object value) implements ConfigTree {
    @Override
    public String describe() {
      if (value == null) {
        return "nothing";
      }
      return value instanceof String ? "'" + value + "'" : value.toString();
    }
  }

  /** A list. */
  record Items(Place place, List<ConfigTree> items) implements ConfigTree {
    @Override
    public String describe() {
      return "a list";
    }
  }

  /** Keys and what they are set to, in their order. */
  record Keys(Place place, LinkedHashMap<String, ConfigTree> entries) implements ConfigTree {
    @Override
    public String describe() {
      return "a section with " + (entries.isEmpty() ? "nothing" : String.join(", ", names()));
    }

    private Iterable<String> names() {
      return ((Map<String, ConfigTree>) entries).keySet();
    }
  }
}
