package dev.fettle.parquet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.DataFiles;
import dev.fettle.data.read.ReadLimits;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.data.read.RowReader;
import dev.fettle.spi.support.Leftovers;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.duckdb.DuckDBDriver;
import org.jspecify.annotations.Nullable;

/**
 * A Parquet file, read by DuckDB in batches and turned into JSON there, nested columns included.
 */
final class ParquetReader implements RowReader {

  /** Stands in place of a text that is longer than a row may be; no JSON. */
  static final String TOO_LONG = "too long";

  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final int SMALLEST = 12;
  private static final Pattern GLOB = Pattern.compile("[*?\\[]");

  private final Path file;
  private final ReadLimits limits;
  private final Connection connection;
  private final ParquetColumns columns;
  private final PreparedStatement query;
  private final ResultSet rows;
  private final long count;
  private long row;

  ParquetReader(Path file, ReadLimits limits) {
    this.file = file;
    this.limits = limits;
    requireMagic(file);
    Connection opened = open(file);
    try (Statement zone = opened.createStatement()) {
      zone.execute("SET TimeZone = 'UTC'");
      // DuckDB reads patterns; a name that looks like one is meant literally.
      String name =
          GLOB.matcher(file.toString())
              .replaceAll(m -> Matcher.quoteReplacement("[" + m.group() + "]"));
      count = count(opened, name);
      columns = ParquetColumns.of(opened, name);
      query = opened.prepareStatement(columns.query(limits.rowBytes()));
      query.setString(1, name);
      rows = query.executeQuery();
      connection = opened;
    } catch (SQLException e) {
      DataException error = broken(e);
      try {
        opened.close();
      } catch (SQLException closing) {
        error.addSuppressed(closing);
      }
      throw error;
    }
  }

  private static void requireMagic(Path file) {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
      byte[] magic = new byte[MAGIC.length];
      boolean head = false;
      boolean tail = false;
      if (bytes.length() >= SMALLEST) {
        bytes.readFully(magic);
        head = Arrays.equals(magic, MAGIC);
        bytes.seek(bytes.length() - MAGIC.length);
        bytes.readFully(magic);
        tail = Arrays.equals(magic, MAGIC);
      }
      if (!head) {
        throw new DataException(file + " is not a Parquet file; name it by what it holds");
      }
      if (!tail) {
        throw new DataException(file + " is a truncated Parquet file; fetch it again");
      }
    } catch (IOException e) {
      throw DataFiles.unreadable(file, e);
    }
  }

  private static Connection open(Path file) {
    Properties properties = new Properties();
    // Hand rows over as they are read, not after the last.
    properties.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true");
    properties.setProperty("autoinstall_known_extensions", "false");
    // DuckDB unpacks 70 MB into the temporary folder, which a process that is killed leaves there.
    Leftovers.clear("libduckdb_java");
    try {
      return new DuckDBDriver().connect("jdbc:duckdb:", properties);
    } catch (SQLException e) {
      throw new DataException(
          file + " cannot be read: the Parquet reader does not start: " + oneLine(e), e);
    }
  }

  private static long count(Connection connection, String name) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata(?)")) {
      statement.setString(1, name);
      try (ResultSet result = statement.executeQuery()) {
        return result.next() ? result.getLong(1) : 0;
      }
    }
  }

  @Override
  public Optional<Row> next() {
    RowOrigin origin = new RowOrigin(file, row + 1, RowOrigin.Unit.ROW);
    try {
      if (!rows.next()) {
        return Optional.empty();
      }
      row++;
      return Optional.of(new Row(fields(origin), origin));
    } catch (SQLException e) {
      throw broken(e);
    }
  }

  private ObjectNode fields(RowOrigin origin) throws SQLException {
    ObjectNode fields = JsonNodeFactory.instance.objectNode();
    long size = 0;
    for (int i = 0; i < columns.names().size(); i++) {
      String json = rows.getString(i + 1);
      size += json == null ? 0 : json.length();
      if (TOO_LONG.equals(json) || size > 2 * limits.rowBytes()) {
        throw limits.tooLong(origin);
      }
      set(fields, columns.names().get(i), json, origin);
    }
    return fields;
  }

  private static void set(ObjectNode fields, String name, @Nullable String json, RowOrigin origin) {
    if (fields.has(name)) {
      throw DataException.at(
          origin, "has two columns named '" + name + "'; write the file with one of them");
    }
    try {
      fields.set(
          name, json == null ? JsonNodeFactory.instance.nullNode() : DataFiles.JSON.readTree(json));
    } catch (JsonProcessingException e) {
      throw new DataException(
          origin
              + " column '"
              + name
              + "' has a value that JSON cannot hold: "
              + DataFiles.fault(e)
              + "; write the file without it",
          e);
    }
  }

  private DataException broken(SQLException e) {
    return new DataException(
        file + " cannot be read as Parquet: " + oneLine(e) + "; write the file again", e);
  }

  private static String oneLine(SQLException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  @Override
  public double fraction() {
    return count == 0 ? 1 : Math.min(1.0, (double) row / count);
  }

  @Override
  public void close() {
    try (connection;
        query) {
      rows.close();
    } catch (SQLException e) {
      throw broken(e);
    }
  }
}
