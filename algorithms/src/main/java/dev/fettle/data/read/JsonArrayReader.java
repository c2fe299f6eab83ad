package dev.fettle.data.read;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** A file that is one JSON array of objects, read one object at a time. */
final class JsonArrayReader implements RowReader {

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final Path file;
  private final DataFiles.Counted raw;
  private final ReadLimits limits;
  private final MeteredStream in;
  private final JsonParser parser;
  private long row;

  JsonArrayReader(Path file, ReadLimits limits) {
    this.file = file;
    this.limits = limits;
    try {
      raw = new DataFiles.Counted(file);
      in = new MeteredStream(DataFiles.decompressed(file, raw), limits.rowBytes());
      parser = DataFiles.JSON_ELEMENTS.createParser(text(in));
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw new DataException(
            file
                + " does not begin with '['; a .json file must be one array of objects (a file of one object a line must"
                + " be named .jsonl)");
      }
    } catch (JsonProcessingException e) {
      throw broken(e);
    } catch (BoundedLines.TooLong e) {
      throw limits.tooLong(new RowOrigin(file, 1, RowOrigin.Unit.ROW));
    } catch (IOException e) {
      throw DataFiles.unreadable(file, e);
    }
  }

  /** Strict UTF-8, without a byte order mark; the parser alone would read other encodings too. */
  private static Reader text(InputStream in) throws IOException {
    Reader reader =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
    reader.mark(1);
    if (reader.read() != BYTE_ORDER_MARK) {
      reader.reset();
    }
    return reader;
  }

  @Override
  public Optional<Row> next() {
    row++;
    RowOrigin origin = new RowOrigin(file, row, RowOrigin.Unit.ROW);
    in.allow(limits.rowBytes());
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
    } catch (BoundedLines.TooLong e) {
      throw limits.tooLong(origin);
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
