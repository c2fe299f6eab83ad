package dev.fettle.settings;

import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One of several words, else a file or directory that is there; perhaps a text that no path can be
 * mistaken for.
 */
final class WordOrPathKind extends Kind<String> {
  private final List<String> words;
  private final PathKind path;
  private final Predicate<String> isText;
  private final String orText;

  WordOrPathKind(List<String> words, PathKind.Wanted wanted) {
    this(words, wanted, text -> false, "");
  }

  /** One that is the directory of a model, for which a stage of a recipe may stand. */
  static WordOrPathKind model(List<String> words) {
    PathKind path = new PathKind(PathKind.Wanted.DIRECTORY, StageUse.As.MODEL);
    return new WordOrPathKind(words, path, text -> false, "");
  }

  /**
   * One that also takes a text as it is.
   *
   * @param orText after what else is expected, as in {@code , or a text}
   */
  WordOrPathKind(
      List<String> words, PathKind.Wanted wanted, Predicate<String> isText, String orText) {
    this(words, new PathKind(wanted), isText, orText);
  }

  private WordOrPathKind(
      List<String> words, PathKind path, Predicate<String> isText, String orText) {
    this.words = List.copyOf(words);
    this.path = path;
    this.isText = isText;
    this.orText = orText;
  }

  @Override
  @Nullable String read(Entry entry) {
    String text = entry.text().orElse(null);
    if (text == null) {
      entry.wrong(expected());
      return null;
    }
    if (words.contains(text) || isText.test(text)) {
      return text;
    }
    Path there = path.read(entry);
    return there == null ? null : there.toString();
  }

  @Override
  Object plain(String value) {
    return value;
  }

  @Override
  String expected() {
    return String.join(", ", words) + " or " + path.expected() + orText;
  }

  @Override
  String many() {
    return path.many() + ", or " + String.join(", ", words);
  }

  @Override
  String column() {
    return "`" + String.join("`, `", words) + "`, or " + path.column() + orText;
  }

  @Override
  boolean fits(Type component) {
    return component == String.class;
  }
}
