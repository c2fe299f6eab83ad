package dev.fettle.settings;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a configuration says, each part with its place. */
sealed interface ConfigTree {
  /** A longer text is cut where a message repeats it. */
  int SHOWN = 80;

  /** Where it begins. */
  Place place();

  /** What it is, for messages. */
  String describe();

  /** The same somewhere else. */
  ConfigTree at(Place other);

  /**
   * A text, number, truth value or nothing.
   *
   * @param value a String, Long, Double or Boolean, or an object that code gave; null where nothing
   *     is written
   * @param written as it was written, {@code 007} for the number 7
   */
  record Leaf(Place place, @Nullable Object value, String written) implements ConfigTree {

    /** Nothing. */
    static Leaf nothing(Place place) {
      return new Leaf(place, null, "");
    }

    @Override
    public String describe() {
      if (value == null) {
        return "nothing";
      }
      String text = value instanceof String ? "'" + written + "'" : written;
      return text.length() <= SHOWN
          ? text
          : text.substring(0, SHOWN) + "... (" + text.length() + " characters)";
    }

    @Override
    public Leaf at(Place other) {
      return new Leaf(other, value, written);
    }
  }

  /** A list. */
  record Items(Place place, List<ConfigTree> items) implements ConfigTree {
    @Override
    public String describe() {
      return "a list";
    }

    @Override
    public Items at(Place other) {
      return new Items(other, items);
    }
  }

  /** Keys and what they are set to, in their order. */
  record Branch(Place place, LinkedHashMap<String, ConfigTree> entries) implements ConfigTree {

    /** No keys. */
    static Branch empty(Place place) {
      return new Branch(place, new LinkedHashMap<>());
    }

    @Override
    public String describe() {
      return "a section with " + (entries.isEmpty() ? "nothing" : String.join(", ", names()));
    }

    private Iterable<String> names() {
      return ((Map<String, ConfigTree>) entries).keySet();
    }

    @Override
    public Branch at(Place other) {
      return new Branch(other, entries);
    }

    /** One that can be changed without changing this one. */
    Branch copy() {
      LinkedHashMap<String, ConfigTree> copies = new LinkedHashMap<>();
      entries.forEach(
          (name, below) -> copies.put(name, below instanceof Branch b ? b.copy() : below));
      return new Branch(place, copies);
    }
  }
}
