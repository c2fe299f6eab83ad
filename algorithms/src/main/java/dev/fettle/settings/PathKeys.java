package dev.fettle.settings;

import java.util.List;
import java.util.function.Predicate;

/** Keys whose value is a word, or else leads to something on the disk. */
public final class PathKeys {

  private PathKeys() {}

  /** One of several words, or else a file that exists; the file's path is absolute. */
  public static Key<String> wordOrFile(String name, List<String> words, String meaning) {
    return Key.of(name, new WordOrPathKind(words, PathKind.Wanted.FILE), meaning);
  }

  /**
   * One of several words, a file that exists (its path is absolute), or a text that is taken as it
   * is.
   *
   * @param isText tells such a text from a path
   */
  public static Key<String> wordFileOrText(
      String name, List<String> words, Predicate<String> isText, String meaning) {
    WordOrPathKind kind =
        new WordOrPathKind(words, PathKind.Wanted.FILE, isText, ", or a template");
    return Key.of(name, kind, meaning);
  }

  /** One of several words, or else a directory that exists; its path is absolute. */
  public static Key<String> wordOrDirectory(String name, List<String> words, String meaning) {
    return Key.of(name, new WordOrPathKind(words, PathKind.Wanted.DIRECTORY), meaning);
  }
}
