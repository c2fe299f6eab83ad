package dev.fettle.data.read;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One JSON object a line, UTF-8; blank lines are passed over. */
final class JsonLinesReader implements RowReader {

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final Path file;
  private final DataFiles.Counted raw;
  private final ReadLimits limits;
  private final BoundedLines lines;
  private long line;

  JsonLinesReader(Path file, ReadLimits limits) {
    this.file = file;
    this.limits = limits;
    try {
      raw = new DataFiles.Counted(file);
      lines = new BoundedLines(DataFiles.decompressed(file, raw), limits.rowBytes());
    } catch (IOException e) {
      throw DataFiles.unreadable(file, e);
    }
  }

  @Override
  public Optional<Row> next() {
    while (true) {
      String text = readLine();
      if (text == null) {
        return Optional.empty();
      }
      if (line == 1 && text.startsWith(BYTE_ORDER_MARK)) {
        text = text.substring(1);
      }
      if (!text.isBlank()) {
        return Optional.of(parse(text, new RowOrigin(file, line, RowOrigin.Unit.LINE)));
      }
    }
  }

  private @Nullable String readLine() {
    line++;
    try {
      return lines.next();
    } catch (BoundedLines.TooLong e) {
      throw limits.tooLong(new RowOrigin(file, line, RowOrigin.Unit.LINE));
    } catch (IOException e) {
      throw DataFiles.unreadable(new RowOrigin(file, line, RowOrigin.Unit.LINE), e);
    }
  }

  private static Row parse(String text, RowOrigin origin) {
    JsonNode node;
    try {
      node = DataFiles.JSON.readTree(text);
    } catch (JsonProcessingException e) {
      String hint =
          origin.number() == 1 && text.stripLeading().startsWith("[")
              ? "; a JSON array belongs in a file named .json"
              : "; correct the line or delete it";
      String column = e.getLocation() == null ? "" : " at column " + e.getLocation().getColumnNr();
      throw new DataException(
          origin + " is not valid JSON" + column + ": " + DataFiles.fault(e) + hint, e);
    }
    if (node instanceof ObjectNode object) {
      return new Row(object, origin);
    }
    throw DataException.at(origin, "is " + Row.kind(node) + "; every line must be a JSON object");
  }

  @Override
  public double fraction() {
    return raw.fraction();
  }

  @Override
  public void close() {
    try {
      lines.close();
    } catch (IOException e) {
      throw DataFiles.unreadable(file, e);
    }
  }
}
