package dev.fettle.metrics;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.files.AtomicFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;

/**
 * {@code metrics.jsonl}: one JSON object a line, {@code step} first.
 *
 * <p>JSON has no NaN and no infinity: those values are the strings {@code "NaN"}, {@code
 * "Infinity"} and {@code "-Infinity"}, so that every line is valid JSON and a divergence is still
 * told. Each line reaches the file in one write when it is logged.
 */
public final class JsonlSink implements MetricSink {
  private static final JsonFactory JSON = new JsonFactory();

  private final Path file;
  private final OutputStream out;
  private boolean closed;

  private JsonlSink(Path file) {
    this.file = file;
    try {
      this.out =
          Files.newOutputStream(
              file, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new MetricsException("open", file, e);
    }
  }

  /**
   * Starts a new file; an earlier one of that name is emptied, and is there all the time for those
   * who read along.
   *
   * @throws MetricsException if it cannot be made
   */
  public static JsonlSink create(Path file) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.write(file, new byte[0]);
    } catch (IOException e) {
      throw new MetricsException("create", file, e);
    }
    return open(file);
  }

  /** Appends to a file as it is. */
  static JsonlSink open(Path file) {
    return new JsonlSink(file);
  }

  /**
   * Goes on with the file of a run resumed after {@code step}: lines of later steps, which that run
   * will write again, and a line cut off by a crash are dropped. A missing file is made.
   *
   * @throws MetricsException if it cannot be read or rewritten
   */
  public static JsonlSink resume(Path file, long step) {
    if (!Files.exists(file)) {
      return create(file);
    }
    try {
      AtomicFile.write(file, linesUpTo(Files.readAllBytes(file), step));
    } catch (IOException e) {
      throw new MetricsException("rewrite", file, e);
    }
    return open(file);
  }

  private static byte[] linesUpTo(byte[] all, long step) {
    ObjectMapper mapper = new ObjectMapper();
    ByteArrayOutputStream kept = new ByteArrayOutputStream(all.length);
    int start = 0;
    for (int i = 0; i < all.length; i++) {
      if (all[i] == '\n') {
        byte[] line = Arrays.copyOfRange(all, start, i + 1);
        if (isUpTo(mapper, line, step)) {
          kept.writeBytes(line);
        }
        start = i + 1;
      }
    }
    return kept.toByteArray();
  }

  private static boolean isUpTo(ObjectMapper mapper, byte[] line, long step) {
    try {
      JsonNode at = mapper.readTree(line).path("step");
      return at.isIntegralNumber() && at.asLong() <= step;
    } catch (JsonProcessingException e) {
      return false;
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory cannot fail", e);
    }
  }

  @Override
  public void write(MetricsRow row) {
    if (closed) {
      throw new IllegalStateException(file + " is closed");
    }
    ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    try {
      try (JsonGenerator json = JSON.createGenerator(line)) {
        json.writeStartObject();
        json.writeNumberField("step", row.step());
        for (Map.Entry<String, Number> e : row.values().entrySet()) {
          json.writeFieldName(e.getKey());
          writeValue(json, e.getValue());
        }
        json.writeEndObject();
      }
      line.write('\n');
      out.write(line.toByteArray());
    } catch (IOException e) {
      throw new MetricsException("write", file, e);
    }
  }

  private static void writeValue(JsonGenerator json, Number value) throws IOException {
    if (value instanceof Long count) {
      json.writeNumber(count);
    } else if (Double.isFinite(value.doubleValue())) {
      json.writeNumber(value.doubleValue());
    } else {
      json.writeString(value.toString());
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      out.close();
    } catch (IOException e) {
      throw new MetricsException("close", file, e);
    }
  }
}
