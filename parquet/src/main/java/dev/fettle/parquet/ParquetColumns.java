package dev.fettle.parquet;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The columns of a Parquet file, and a query that gives each as JSON.
 *
 * <p>No name of the file's stands in the query: its columns are counted there, so that none can
 * stand in the way of another or of an alias.
 *
 * @param names as the file has them, in their order
 * @param types DuckDB's for each
 */
record ParquetColumns(List<String> names, List<String> types) {

  ParquetColumns {
    names = List.copyOf(names);
    types = List.copyOf(types);
  }

  /** Reads a file's schema; {@code pattern} is its name as DuckDB understands it. */
  static ParquetColumns of(Connection connection, String pattern) throws SQLException {
    List<String> types = new ArrayList<>();
    try (PreparedStatement query =
        connection.prepareStatement("DESCRIBE SELECT * FROM read_parquet(?)")) {
      query.setString(1, pattern);
      try (ResultSet columns = query.executeQuery()) {
        while (columns.next()) {
          types.add(columns.getString("column_type"));
        }
      }
    }
    return new ParquetColumns(names(connection, pattern), types);
  }

  /**
   * The names at the top of the schema. DuckDB's own description would rename those that differ in
   * case alone.
   */
  private static List<String> names(Connection connection, String pattern) throws SQLException {
    List<String> names = new ArrayList<>();
    try (PreparedStatement query =
        connection.prepareStatement("SELECT name, num_children FROM parquet_schema(?)")) {
      query.setString(1, pattern);
      try (ResultSet schema = query.executeQuery()) {
        schema.next();
        for (long left = schema.getLong(2); left > 0; left--) {
          schema.next();
          names.add(schema.getString(1));
          skip(schema, schema.getLong(2));
        }
      }
    }
    return names;
  }

  /** The schema lists a nested column before what it holds. */
  private static void skip(ResultSet schema, long children) throws SQLException {
    for (long left = children; left > 0; left--) {
      schema.next();
      skip(schema, schema.getLong(2));
    }
  }

  /** A query of one parameter, the file, whose columns are JSON texts in the order of the names. */
  String query(long rowBytes) {
    StringBuilder selected = new StringBuilder();
    StringBuilder counted = new StringBuilder();
    for (int i = 0; i < types.size(); i++) {
      String separator = i == 0 ? "" : ", ";
      selected.append(separator).append(json("rows_.c" + i, types.get(i), rowBytes));
      counted.append(separator).append('c').append(i);
    }
    return "SELECT " + selected + " FROM read_parquet(?) AS rows_(" + counted + ")";
  }

  private static String json(String column, String type, long rowBytes) {
    return switch (type) {
      // Checked before it is copied for each row: a dictionary holds a text once for all.
      case "VARCHAR" ->
          "CASE WHEN strlen("
              + column
              + ") > "
              + rowBytes
              + " THEN '"
              + ParquetReader.TOO_LONG
              + "' ELSE to_json("
              + column
              + ")::VARCHAR END";
      // A text that is marked as JSON is still what the column holds.
      case "JSON" -> "to_json(" + column + "::VARCHAR)::VARCHAR";
      default -> "to_json(" + column + ")::VARCHAR";
    };
  }
}
