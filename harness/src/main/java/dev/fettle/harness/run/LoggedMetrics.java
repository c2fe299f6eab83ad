package dev.fettle.harness.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last metrics of a run.
 *
 * @param step of the last step
 * @param evaluation of the last evaluation, with their prefix
 */
record LoggedMetrics(Map<String, Double> step, Map<String, Double> evaluation) {
  private static final Logger LOG = LoggerFactory.getLogger(LoggedMetrics.class);

  static final LoggedMetrics NONE = new LoggedMetrics(Map.of(), Map.of());

  LoggedMetrics {
    step = new LinkedHashMap<>(step);
    evaluation = new LinkedHashMap<>(evaluation);
  }

  /** Those of {@code metrics.jsonl}; none where there is no such file, or it is damaged. */
  static LoggedMetrics read(Path file) {
    if (!Files.exists(file)) {
      return NONE;
    }
    ObjectMapper json = new ObjectMapper();
    LoggedMetrics last = NONE;
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        last = last.then(json.readTree(line));
      }
    } catch (IOException e) {
      LOG.warn("{} cannot be read: {}", file, e.getMessage());
    }
    return last;
  }

  private LoggedMetrics then(JsonNode row) {
    Map<String, Double> values = new LinkedHashMap<>();
    row.properties()
        .forEach(
            e -> {
              if (e.getValue().isNumber() && !e.getKey().equals("step")) {
                values.put(e.getKey(), e.getValue().doubleValue());
              }
            });
    boolean evaluated = values.keySet().stream().anyMatch(n -> n.startsWith("eval_"));
    return evaluated ? new LoggedMetrics(step, values) : new LoggedMetrics(values, evaluation);
  }
}
