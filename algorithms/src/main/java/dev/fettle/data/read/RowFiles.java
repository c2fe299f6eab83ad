package dev.fettle.data.read;

import dev.fettle.files.PathPattern;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of rows that a path stands for: a file, a directory of them, or a pattern. */
public final class RowFiles {

  private RowFiles() {}

  /**
   * The files, sorted by path: the file itself; of a directory those in it whose names are those of
   * files of rows; of a pattern those of them it matches.
   *
   * @throws DataException where there are none
   */
  public static List<Path> of(Path path) {
    if (Files.isDirectory(path)) {
      return in(path);
    }
    if (!PathPattern.isOne(path)) {
      return List.of(path);
    }
    try {
      List<Path> files =
          PathPattern.of(path).files().stream()
              .filter(f -> RowFileKinds.isRows(f.getFileName().toString()))
              .toList();
      if (files.isEmpty()) {
        throw new DataException(
            path + " matches no file of rows (" + String.join(", ", RowFileKinds.suffixes()) + ")");
      }
      return files;
    } catch (IOException e) {
      throw DataFiles.unreadable(path, e);
    }
  }

  private static List<Path> in(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      List<Path> files =
          entries
              .filter(Files::isRegularFile)
              .filter(f -> !f.getFileName().toString().startsWith("."))
              .filter(f -> RowFileKinds.isRows(f.getFileName().toString()))
              .sorted()
              .toList();
      if (files.isEmpty()) {
        throw new DataException(
            directory
                + " has no file of rows ("
                + String.join(", ", RowFileKinds.suffixes())
                + "); files in directories below are named by a pattern, as in "
                + directory
                + "/**/*.parquet");
      }
      return files;
    } catch (IOException e) {
      throw DataFiles.unreadable(directory, e);
    }
  }
}
