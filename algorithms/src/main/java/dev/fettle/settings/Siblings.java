package dev.fettle.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Says what could have been meant by a path that does not exist, or is of the wrong kind. */
final class Siblings {
  private static final int SHOWN = 8;

  private Siblings() {}

  /** Ends a message: the nearest name beside it, or the first directory that does not exist. */
  static String like(Path absent) {
    Path parent = absent.getParent();
    if (parent == null) {
      return "";
    }
    if (!Files.isDirectory(parent)) {
      return " (" + parent + " does not exist either)";
    }
    return Nearest.to(String.valueOf(absent.getFileName()), names(parent))
        .map(n -> "; did you mean '" + n + "'?")
        .orElse("");
  }

  /** Ends a message: the first names in a directory. */
  static String within(Path directory) {
    List<String> names = names(directory).stream().sorted().limit(SHOWN).toList();
    return names.isEmpty() ? "" : "; it holds " + String.join(", ", names);
  }

  private static List<String> names(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(p -> p.getFileName().toString()).toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of();
    }
  }
}
