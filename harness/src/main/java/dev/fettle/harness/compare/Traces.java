package dev.fettle.harness.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What this package's records look like as JSON. JSON has no NaN and no infinity: those are the
 * strings {@code "NaN"}, {@code "Infinity"} and {@code "-Infinity"}, as in {@code metrics.jsonl}.
 */
final class Traces {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Traces() {}

  static void write(RunTrace trace, Path file) throws IOException {
    JSON.writeValue(file.toFile(), trace);
  }

  static RunTrace read(Path file) throws IOException {
    return JSON.readValue(file.toFile(), RunTrace.class);
  }

  static String line(StepRow row) {
    try {
      return JSON.writeValueAsString(row);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a row is plain numbers", e);
    }
  }

  static StepRow row(String line) throws JsonProcessingException {
    return JSON.readValue(line, StepRow.class);
  }

  /** Writes a report for people and programs to read. */
  static void write(ComparisonReport report, Path file) throws IOException {
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
    ObjectWriter writer =
        JSON.writer(printer).without(SerializationFeature.FLUSH_AFTER_WRITE_VALUE);
    Files.writeString(file, writer.writeValueAsString(report) + "\n");
  }
}
