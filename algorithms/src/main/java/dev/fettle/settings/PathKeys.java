package dev.fettle.settings;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/** Keys whose value is a word, or else leads to something on the disk. */
public final class PathKeys {

  private PathKeys() {}

  /** The directory of a model, which exists, or an earlier stage of a recipe that makes one. */
  public static Key<Path> model(String name, String meaning) {
    return directory(name, StageUse.As.MODEL, meaning);
  }

  /** The directory of an adapter, which exists, or an earlier stage of a recipe that makes one. */
  public static Key<Path> adapter(String name, String meaning) {
    return directory(name, StageUse.As.ADAPTER, meaning);
  }

  /**
   * The directory of a reward model or of an adapter that makes one, which exists, or an earlier
   * stage of a recipe that makes one.
   */
  public static Key<Path> rewardModel(String name, String meaning) {
    return directory(name, StageUse.As.REWARD_MODEL, meaning);
  }

  private static Key<Path> directory(String name, StageUse.As as, String meaning) {
    return Key.of(name, new PathKind(PathKind.Wanted.DIRECTORY, as), meaning);
  }

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

  /**
   * One of several words, or else a model's directory that exists, or an earlier stage of a recipe;
   * its path is absolute.
   */
  public static Key<String> wordOrDirectory(String name, List<String> words, String meaning) {
    return Key.of(name, WordOrPathKind.model(words), meaning);
  }
}
