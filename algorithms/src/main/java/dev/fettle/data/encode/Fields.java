package dev.fettle.data.encode;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.DataFiles;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowOrigin;
import java.util.List;
import java.util.Optional;

/**
 * The columns of a row, asked for by the format's names; what is missing or of the wrong kind is an
 * error with its place.
 */
public final class Fields {

  private final Row row;
  private final Columns columns;

  /**
   * @param row under the format's names
   * @param columns the mapping that was applied, for messages
   */
  Fields(Row row, Columns columns) {
    this.row = row;
    this.columns = columns;
  }

  RowOrigin origin() {
    return row.origin();
  }

  /** A column's value, where there is one that is not null. */
  Optional<JsonNode> optional(String column) {
    JsonNode value = row.fields().get(column);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  /** The value of the first of these columns that has one. */
  JsonNode required(String... names) {
    for (String name : names) {
      Optional<JsonNode> value = optional(name);
      if (value.isPresent()) {
        return value.get();
      }
    }
    List<String> quoted = List.of(names).stream().map(this::quoted).toList();
    boolean isNull = List.of(names).stream().anyMatch(n -> row.fields().has(n));
    throw DataException.at(
        origin(),
        (isNull ? "has null for " : "has no column ")
            + String.join(" or ", quoted)
            + "; its columns are "
            + String.join(", ", Columns.present(row).stream().map(columns::inFile).toList())
            + "; correct the row or delete it");
  }

  /** An empty list. */
  ArrayNode none() {
    return row.fields().arrayNode();
  }

  /** A column that must be text. */
  String text(String... names) {
    return text(required(names), names[0]);
  }

  /** A column that may be absent, else must be text. */
  String textOrEmpty(String... names) {
    for (String name : names) {
      Optional<JsonNode> value = optional(name);
      if (value.isPresent()) {
        return text(value.get(), name);
      }
    }
    return "";
  }

  /** A value that must be text. */
  String text(JsonNode value, String column) {
    if (!value.isTextual()) {
      throw wrong(column, "is " + Row.kind(value) + ", not text");
    }
    return value.textValue();
  }

  /**
   * What a text of JSON holds, as {@code datasets} keeps what no column type fits.
   *
   * @throws DataException where it is not valid JSON
   */
  JsonNode json(String text, String column) {
    try {
      JsonNode value = DataFiles.JSON.readTree(text);
      if (value.isMissingNode()) {
        throw wrong(column, "is an empty text where JSON is wanted, or null");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw wrong(column, "is a text that is not valid JSON: " + DataFiles.fault(e));
    }
  }

  /** A column's value, read from its JSON where it is a text; nothing where it is null. */
  Optional<JsonNode> structured(String column) {
    return optional(column)
        .map(v -> v.isTextual() ? json(v.textValue(), column) : v)
        .filter(v -> !v.isNull());
  }

  /** Whether a value is a list of messages, or a text that is the JSON of one. */
  static boolean holdsMessages(JsonNode value) {
    JsonNode list = value;
    if (value.isTextual()) {
      String text = value.textValue().strip();
      if (!text.startsWith("[") || !text.endsWith("]")) {
        return false;
      }
      try {
        list = DataFiles.JSON.readTree(text);
      } catch (JsonProcessingException e) {
        return false;
      }
      JsonNode first = list.path(0);
      return first.path("role").isTextual() || first.path("from").isTextual();
    }
    return list.isArray();
  }

  /** The error for a column that cannot be used. */
  DataException wrong(String column, String what) {
    return DataException.at(
        origin(), "column " + quoted(column) + " " + what + "; correct the row or delete it");
  }

  private String quoted(String column) {
    String inFile = columns.inFile(column);
    return inFile.equals(column) ? "'" + column + "'" : "'" + inFile + "' (" + column + ")";
  }
}
