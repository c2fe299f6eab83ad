package dev.fettle.harness.config;

import dev.fettle.settings.Nearest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Says what could have been meant by a path that does not exist. */
final class Siblings {
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

  private static List<String> names(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(p -> p.getFileName().toString()).toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
