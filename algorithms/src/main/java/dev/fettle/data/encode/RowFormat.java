package dev.fettle.data.encode;

import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the columns of a row mean.
 *
 * @param name as {@code data.format} has it
 * @param required columns it needs; of several names one is enough
 * @param optional columns it also reads
 * @param usual what files often call its columns, all of them; recognised without {@code
 *     data.columns} where a file's columns fit no format as they are
 */
public record RowFormat(
    String name, List<List<String>> required, List<String> optional, List<Columns> usual) {

  /** Columns beside a question that may belong to it; who has them must say so. */
  private static final Set<String> BESIDE =
      Set.of("context", "passage", "document", "documents", "history", "system", "system_prompt");

  /** Copies the lists. */
  public RowFormat {
    required = required.stream().map(List::copyOf).toList();
    optional = List.copyOf(optional);
    usual = List.copyOf(usual);
  }

  /** A format under its own names only. */
  public RowFormat(String name, List<List<String>> required, List<String> optional) {
    this(name, required, optional, List.of());
  }

  /** The same, known also by what files often call its columns. */
  public RowFormat knownBy(List<Columns> others) {
    return new RowFormat(name, required, optional, others);
  }

  /** A format that needs one column of each name. */
  public static RowFormat of(String name, List<String> required, List<String> optional) {
    return new RowFormat(name, required.stream().map(List::of).toList(), optional);
  }

  /** Every column that one of the formats knows. */
  public static Set<String> columns(Collection<RowFormat> formats) {
    Set<String> all = new TreeSet<>();
    for (RowFormat format : formats) {
      format.required.forEach(all::addAll);
      all.addAll(format.optional);
    }
    return all;
  }

  boolean fits(List<String> columns) {
    return required.stream().allMatch(any -> any.stream().anyMatch(columns::contains));
  }

  private String needs() {
    List<String> parts = new ArrayList<>();
    required.forEach(any -> parts.add(String.join("|", any)));
    return name + " (" + String.join(", ", parts) + ")";
  }

  /** A format, and what the file calls its columns. */
  record Match(RowFormat format, Columns columns) {}

  /**
   * The format a row's columns show.
   *
   * @param formats in the order in which they are tried
   * @param first the first row as the file has it
   * @param columns the names the user gave
   * @throws DataException where they fit none; the message lists them
   */
  static Match detect(List<RowFormat> formats, Row first, Columns columns) {
    List<String> present = Columns.present(columns.apply(first));
    for (RowFormat format : formats) {
      if (format.fits(present)) {
        return new Match(format, columns);
      }
    }
    Optional<Match> usual =
        columns.names().isEmpty() && present.stream().noneMatch(BESIDE::contains)
            ? usual(formats, present)
            : Optional.empty();
    return usual.orElseThrow(() -> unknown(formats, first, present));
  }

  /** Under the names files often use, where the user gave none and these are there. */
  Match underUsualNames(Columns columns, List<String> present) {
    Optional<Match> usual =
        columns.names().isEmpty() ? usual(List.of(this), present) : Optional.empty();
    return usual.orElse(new Match(this, columns));
  }

  private static Optional<Match> usual(List<RowFormat> formats, List<String> present) {
    for (RowFormat format : formats) {
      for (Columns names : format.usual) {
        if (present.containsAll(names.names().values())) {
          return Optional.of(new Match(format, names));
        }
      }
    }
    return Optional.empty();
  }

  private static DataException unknown(List<RowFormat> formats, Row first, List<String> present) {
    String have = present.isEmpty() ? "none" : String.join(", ", present);
    String known = String.join(", ", formats.stream().map(RowFormat::needs).toList());
    String example =
        usual(formats, present)
            .map(m -> m.columns().toString())
            .orElse("{prompt: ..., completion: ...}");
    return DataException.at(
        first.origin(),
        "has columns "
            + have
            + ", which fit no format this algorithm reads; map them with data.columns, as in "
            + example
            + "; formats are "
            + known);
  }
}
