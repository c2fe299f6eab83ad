package dev.fettle.settings;

import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One of several words, else a file. */
final class WordOrFileKind extends Kind<String> {
  private final List<String> words;
  private final PathKind file = new PathKind(PathKind.Wanted.FILE);

  WordOrFileKind(List<String> words) {
    this.words = List.copyOf(words);
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
    Path path = file.read(entry);
    return path == null ? null : path.toString();
  }

  @Override
  Object plain(String value) {
    return value;
  }

  @Override
  String expected() {
    return String.join(", ", words) + " or a file";
  }

  @Override
  String many() {
    return "files, or " + String.join(", ", words);
  }

  @Override
  String column() {
    return "`" + String.join("`, `", words) + "`, or file";
  }

  @Override
  boolean fits(Type component) {
    return component == String.class;
  }
}
