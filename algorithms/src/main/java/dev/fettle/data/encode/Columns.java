package dev.fettle.data.encode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import dev.fettle.settings.Nearest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the file calls the columns of a format.
 *
 * @param names from the format's name to the file's, such as {@code prompt -> question}
 */
public record Columns(Map<String, String> names) {

  /** Copies the map. */
  public Columns {
    names = Map.copyOf(names);
  }

  /** Columns under their own names. */
  public static Columns asTheyAre() {
    return new Columns(Map.of());
  }

  /** The file's name for a column. */
  String inFile(String column) {
    return names.getOrDefault(column, column);
  }

  /**
   * Checks the mapping against a file's first row.
   *
   * @param known every column some format has
   * @throws DataException where the mapping names a column no format has, or one the file does not
   *     have
   */
  void check(Row first, Set<String> known) {
    List<String> present = present(first);
    for (Map.Entry<String, String> entry : new LinkedHashMap<>(names).entrySet()) {
      if (!known.contains(entry.getKey())) {
        throw new DataException(
            "data.columns: no format has a column '"
                + entry.getKey()
                + "'"
                + didYouMean(entry.getKey(), known)
                + "; write the format's name first and the file's second");
      }
      if (!present.contains(entry.getValue())) {
        throw DataException.at(
            first.origin(),
            "has no column '"
                + entry.getValue()
                + "' (data.columns: "
                + entry.getKey()
                + ": "
                + entry.getValue()
                + ")"
                + didYouMean(entry.getValue(), present)
                + "; it has "
                + String.join(", ", present));
      }
    }
  }

  /** As {@code data.columns} has it. */
  @Override
  public String toString() {
    return new TreeMap<>(names).toString().replace("=", ": ");
  }

  private static String didYouMean(String wanted, java.util.Collection<String> names) {
    return Nearest.to(wanted, names).map(n -> " (did you mean '" + n + "'?)").orElse("");
  }

  /** The names of a row's columns. */
  static List<String> present(Row row) {
    List<String> present = new ArrayList<>();
    row.fields().fieldNames().forEachRemaining(present::add);
    return present;
  }

  /**
   * The row under the format's names. A column that was given another name is gone from its own.
   */
  public Row apply(Row row) {
    if (names.isEmpty()) {
      return row;
    }
    ObjectNode renamed = row.fields().objectNode();
    row.fields()
        .properties()
        .forEach(
            field -> {
              if (!names.containsValue(field.getKey())) {
                renamed.set(field.getKey(), field.getValue());
              }
            });
    names.forEach(
        (name, inFile) -> {
          JsonNode value = row.fields().get(inFile);
          if (value == null) {
            renamed.remove(name);
          } else {
            renamed.set(name, value);
          }
        });
    return new Row(renamed, row.origin());
  }
}
