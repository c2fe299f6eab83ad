package dev.fettle.settings;

import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One of several words, else a file or directory that is there. */
final class WordOrPathKind extends Kind<String> {
  private final List<String> words;
  private final PathKind path;

  WordOrPathKind(List<String> words, PathKind.Wanted wanted) {
    this.words = List.copyOf(words);
    this.path = new PathKind(wanted);
  }

  @Override
  @Nullable String read(Entry entry) {
    String text = entry.text().orElse(null);
    if (text == null) {
      entry.wrong(expected());
      return null;
    }
    if (words.contains(text)) {
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
    return String.join(", ", words) + " or " + path.expected();
  }

  @Override
  String many() {
    return path.many() + ", or " + String.join(", ", words);
  }

  @Override
  String column() {
    return "`" + String.join("`, `", words) + "`, or " + path.column();
  }

  @Override
  boolean fits(Type component) {
    return component == String.class;
  }
}
