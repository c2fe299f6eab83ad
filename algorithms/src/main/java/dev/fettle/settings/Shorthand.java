package dev.fettle.settings;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How a section is written in one word: a name stands under one of its keys, what leads to
 * something on the disk under another. A word that is both is a name.
 *
 * @param word the key that a name stands under
 * @param path the key that a path stands under
 * @param words names there are; others may be, too
 * @param one what is expected, as in {@code a name, a directory, or a section with type or model}
 * @param many several of them
 */
public record Shorthand(String word, String path, Set<String> words, String one, String many) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]*");

  /** Copies the set. */
  public Shorthand {
    words = Set.copyOf(words);
  }

  /** The key that a text stands under. */
  String key(String text, Section section) {
    boolean name =
        words.contains(text) || (NAME.matcher(text).matches() && !isThere(text, section));
    return name ? word : path;
  }

  private static boolean isThere(String text, Section section) {
    try {
      return Files.exists(section.resolved(text));
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
