package dev.fettle.data.read;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/** A file that is one JSON array of objects, read one object at a time. */
final class JsonArrayReader implements RowReader {

  private final Path file;
  private final DataFiles.Counted raw;
  private final InputStream in;
  private final JsonParser parser;
  private long row;

  JsonArrayReader(Path file) {
    this.file = file;
    try {
      raw = new DataFiles.Counted(file);
      in = DataFiles.decompressed(file, raw);
      parser = DataFiles.JSON_ELEMENTS.createParser(in);
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw new DataException(
            file
                + " does not begin with '['; a .json file must be one array of objects (a file of one object a line must"
                + " be named .jsonl)");
      }
    } catch (JsonProcessingException e) {
      throw broken(e);
    } catch (IOException e) {
      throw DataFiles.unreadable(file, e);
    }
  }

  @Override
  public Optional<Row> next() {
    row++;
    RowOrigin origin = new RowOrigin(file, row, RowOrigin.Unit.ROW);
    try {
      JsonToken token = parser.nextToken();
      if (token == JsonToken.END_ARRAY) {
        if (parser.nextToken() != null) {
          throw DataException.at(origin, "follows the end of the array; a .json file is one array");
        }
        return Optional.empty();
      }
      if (token == null) {
        // After the end of the array was reported.
        return Optional.empty();
      }
      JsonNode node = parser.readValueAsTree();
      if (node instanceof ObjectNode object) {
        return Optional.of(new Row(object, origin));
      }
      throw DataException.at(
          origin, "is " + Row.kind(node) + "; every element must be a JSON object");
    } catch (JsonProcessingException e) {
      throw broken(e);
    } catch (IOException e) {
      throw DataFiles.unreadable(origin, e);
    }
  }

  private DataException broken(JsonProcessingException e) {
    String where = e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
    return new DataException(
        file
            + (row == 0 ? "" : " row " + row)
            + " is not valid JSON"
            + where
            + ": "
            + DataFiles.fault(e)
            + "; correct the file",
        e);
  }

  @Override
  public double fraction() {
    return raw.fraction();
  }

  @Override
  public void close() {
    try (in) {
      parser.close();
    } catch (IOException e) {
      throw DataFiles.unreadable(file, e);
    }
  }
}
