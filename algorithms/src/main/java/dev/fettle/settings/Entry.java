package dev.fettle.settings;

import dev.fettle.settings.ConfigTree.Leaf;
import java.util.Locale;
import java.util.Optional;

/**
 * What is written under a key, or one item of the list under it.
 *
 * @param section the key's section
 * @param key the key's name in it
 * @param tree what is written, never nothing unless it is an item
 */
record Entry(Section section, String key, ConfigTree tree) {

  void problem(String message) {
    section.problem(key, tree.place(), message);
  }

  /** Reports that something else was expected. */
  void wrong(String expected) {
    problem("expected " + expected + ", got " + tree.describe());
  }

  /** A text as it was written; numbers and truth values count as texts. */
  Optional<String> text() {
    if (!(tree instanceof Leaf leaf) || leaf.value() == null) {
      return Optional.empty();
    }
    if (leaf.value() instanceof Enum<?> constant) {
      return Optional.of(constant.name().toLowerCase(Locale.ROOT));
    }
    boolean plain =
        leaf.value() instanceof String
            || leaf.value() instanceof Number
            || leaf.value() instanceof Boolean;
    return plain ? Optional.of(leaf.written()) : Optional.empty();
  }

  Entry of(ConfigTree item) {
    return new Entry(section, key, item);
  }
}
