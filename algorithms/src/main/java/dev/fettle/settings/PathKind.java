package dev.fettle.settings;

import dev.fettle.data.read.DataException;
import dev.fettle.data.read.RowFiles;
import dev.fettle.files.PathPattern;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
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
  private final StageUse.As as;

  PathKind(Wanted wanted) {
    this(wanted, StageUse.As.ANYTHING);
  }

  /**
   * A path in whose place a stage of a recipe may stand.
   *
   * @param as what is wanted of the stage
   */
  PathKind(Wanted wanted, StageUse.As as) {
    this.wanted = wanted;
    this.as = as;
  }

  @Override
  @Nullable Path read(Entry entry) {
    String text = entry.text().orElse(null);
    if (text == null) {
      entry.wrong(expected());
      return null;
    }
    Optional<StageReference> stage = StageReference.of(text);
    if (stage.isPresent()) {
      return made(entry, stage.get());
    }
    Path path = resolved(entry, text);
    return path != null && isThere(entry, path) ? path : null;
  }

  private @Nullable Path made(Entry entry, StageReference stage) {
    boolean rows = wanted == Wanted.FILE || wanted == Wanted.ROWS;
    if (rows && stage.inside().isEmpty()) {
      entry.problem(
          "is '"
              + stage
              + "', the stage's model; name "
              + expected()
              + " in its directory, as in "
              + stage
              + "/rounds/1/kept.jsonl");
      return null;
    }
    StagePaths stages = entry.section().stages();
    Path path = stages.path(entry, stage, as);
    if (path == null || !stages.made()) {
      return path;
    }
    if (!Files.exists(path) && !PathPattern.isOne(path)) {
      entry.problem(
          "is '" + stage + "', but there is no " + path + "; finish stage '" + stage.stage() + "'");
      return null;
    }
    return isThere(entry, path) ? path : null;
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
    if (there && wanted == Wanted.ROWS) {
      return holdsRows(entry, path);
    }
    if (!there && Files.exists(path)) {
      entry.problem(path + " is a file, a directory is wanted");
    } else if (!there) {
      String noun = wanted == Wanted.DIRECTORY ? "directory " : "file ";
      entry.problem("no " + noun + path + Siblings.like(path) + hub(entry));
    }
    return there;
  }

  private static boolean holdsRows(Entry entry, Path path) {
    try {
      RowFiles.of(path);
      return true;
    } catch (DataException e) {
      entry.problem(String.valueOf(e.getMessage()));
      return false;
    }
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
