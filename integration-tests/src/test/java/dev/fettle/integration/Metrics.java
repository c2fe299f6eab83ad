package dev.fettle.integration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The metrics a run has written.
 *
 * @param rows one a line
 */
record Metrics(List<JsonNode> rows) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static Metrics of(Path file) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      rows.add(JSON.readTree(line));
    }
    return new Metrics(rows);
  }

  /** Those of steps. */
  List<JsonNode> steps() {
    return rows.stream().filter(r -> r.has("loss")).toList();
  }

  /** The mean of a metric over some rows. */
  static double mean(List<JsonNode> rows, String metric) {
    return rows.stream().mapToDouble(r -> r.path(metric).doubleValue()).average().orElseThrow();
  }

  /** A metric of each evaluation. */
  List<Double> evaluations(String metric) {
    return rows.stream().filter(r -> r.has(metric)).map(r -> r.get(metric).doubleValue()).toList();
  }

  /** All but times, which are never the same. */
  List<String> withoutTimes() {
    return rows.stream().map(Metrics::withoutTimes).toList();
  }

  private static String withoutTimes(JsonNode row) {
    StringBuilder text = new StringBuilder();
    for (Iterator<String> names = row.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!name.contains("time") && !name.startsWith("timing") && !name.contains("per_second")) {
        text.append(name).append('=').append(row.get(name)).append(' ');
      }
    }
    return text.toString();
  }
}
