package dev.fettle.settings;

import dev.fettle.files.PathPattern;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A path, relative to the configuration's file. */
final class PathKind extends Kind<Path> {

  /** What must be there. */
  enum Wanted {
    ANYTHING,
    FILE,
    DIRECTORY,
    ROWS
  }

  private final Wanted wanted;

  PathKind(Wanted wanted) {
    this.wanted = wanted;
  }

  @Override
  @Nullable Path read(Entry entry) {
    String text = entry.text().orElse(null);
    if (text == null) {
      entry.wrong(expected());
      return null;
    }
    Path path = resolved(entry, text);
    return path != null && isThere(entry, path) ? path : null;
  }

  private static @Nullable Path resolved(Entry entry, String text) {
    try {
      return entry.section().resolved(text);
    } catch (InvalidPathException e) {
      entry.problem("cannot be a path: " + e.getReason());
      return null;
    }
  }

  private boolean isThere(Entry entry, Path path) {
    if (wanted == Wanted.FILE && Files.isDirectory(path)) {
      entry.problem(path + " is a directory, a file is wanted" + Siblings.within(path));
      return false;
    }
    boolean there =
        switch (wanted) {
          case ANYTHING -> true;
          case FILE -> Files.exists(path);
          case DIRECTORY -> Files.isDirectory(path);
          case ROWS -> Files.exists(path) || PathPattern.isOne(path);
        };
    if (!there && Files.exists(path)) {
      entry.problem(path + " is a file, a directory is wanted");
    } else if (!there) {
      String noun = wanted == Wanted.DIRECTORY ? "directory " : "file ";
      entry.problem("no " + noun + path + Siblings.like(path) + hub(entry));
    }
    return there;
  }

  private static String hub(Entry entry) {
    return entry.text().map(HubNames::advice).orElse("");
  }

  @Override
  Object plain(Path value) {
    return value.toString();
  }

  @Override
  String expected() {
    return "a " + column();
  }

  @Override
  String many() {
    return switch (wanted) {
      case DIRECTORY -> "directories";
      case ROWS -> "files, directories or patterns of rows";
      default -> column() + "s";
    };
  }

  @Override
  String column() {
    return switch (wanted) {
      case ANYTHING -> "path";
      case FILE -> "file";
      case DIRECTORY -> "directory";
      case ROWS -> "file, directory or pattern of rows";
    };
  }

  @Override
  boolean fits(Type component) {
    return component == Path.class;
  }

  @Override
  Path settled(Path value, Section section) {
    return section.resolved(value.toString());
  }
}
