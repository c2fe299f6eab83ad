package dev.fettle.data.read;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;

/** The kinds of files rows are read from, and which of them a file is. */
final class RowFileKinds {

  /** In a module of its own, which an application may leave out. */
  private static final String PARQUET = ".parquet";

  private static final RowFileKind LINES =
      new Plain(List.of(".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz"), JsonLinesReader::new);
  private static final RowFileKind ARRAY =
      new Plain(List.of(".json", ".json.gz"), JsonArrayReader::new);

  private RowFileKinds() {}

  private interface Opening {
    RowReader open(Path file, ReadLimits limits);
  }

  private record Plain(List<String> suffixes, Opening opening) implements RowFileKind {
    @Override
    public RowReader open(Path file, ReadLimits limits) {
      return opening.open(file, limits);
    }
  }

  private static List<RowFileKind> all() {
    List<RowFileKind> kinds = new ArrayList<>(List.of(LINES, ARRAY));
    ServiceLoader.load(RowFileKind.class, RowFileKind.class.getClassLoader()).forEach(kinds::add);
    return kinds;
  }

  /** What the names of files of rows end in; Parquet's too where nothing here reads it. */
  static List<String> suffixes() {
    List<String> suffixes = new ArrayList<>();
    all().forEach(kind -> suffixes.addAll(kind.suffixes()));
    if (!suffixes.contains(PARQUET)) {
      suffixes.add(PARQUET);
    }
    return suffixes;
  }

  /** Whether a name is that of a file of rows. */
  static boolean isRows(String name) {
    return suffixes().stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith);
  }

  /**
   * The kind of a file.
   *
   * @throws DataException where its name shows none, or the module that reads it is not there
   */
  static RowFileKind of(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    Optional<RowFileKind> kind =
        all().stream().filter(k -> k.suffixes().stream().anyMatch(name::endsWith)).findFirst();
    if (kind.isPresent()) {
      return kind.get();
    }
    if (name.endsWith(PARQUET)) {
      throw new DataException(
          file
              + " is a Parquet file, which nothing on the class path reads; add the dependency"
              + " dev.fettle:fettle-parquet, or write the rows as .jsonl");
    }
    throw new DataException(
        file
            + ": the kind of file is not known from its name; rows are read from .jsonl, .json (an array), .jsonl.gz,"
            + " .json.gz and .parquet");
  }
}
