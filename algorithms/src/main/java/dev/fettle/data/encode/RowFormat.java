package dev.fettle.data.encode;

import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the columns of a row mean.
 *
 * @param name as {@code data.format} has it
 * @param required columns it needs; of several names one is enough
 * @param optional columns it also reads
 */
public record RowFormat(String name, List<List<String>> required, List<String> optional) {

  /** Copies the lists. */
  public RowFormat {
    required = required.stream().map(List::copyOf).toList();
    optional = List.copyOf(optional);
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

  private boolean fits(List<String> columns) {
    return required.stream().allMatch(any -> any.stream().anyMatch(columns::contains));
  }

  private String needs() {
    List<String> parts = new ArrayList<>();
    required.forEach(any -> parts.add(String.join("|", any)));
    return name + " (" + String.join(", ", parts) + ")";
  }

  /**
   * The format a row's columns show.
   *
   * @param formats in the order in which they are tried
   * @param first the first row, its columns already mapped
   * @throws DataException where they fit none; the message lists them
   */
  public static RowFormat detect(List<RowFormat> formats, Row first) {
    List<String> columns = Columns.present(first);
    for (RowFormat format : formats) {
      if (format.fits(columns)) {
        return format;
      }
    }
    String have = columns.isEmpty() ? "none" : String.join(", ", columns);
    String known = String.join(", ", formats.stream().map(RowFormat::needs).toList());
    throw DataException.at(
        first.origin(),
        "has columns "
            + have
            + ", which fit no format this algorithm reads; map them with data.columns, as in {prompt: ..., completion:"
            + " ...}; formats are "
            + known);
  }
}
