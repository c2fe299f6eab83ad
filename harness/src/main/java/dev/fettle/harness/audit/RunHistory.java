package dev.fettle.harness.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.data.read.DataException;
import dev.fettle.files.FileErrors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a run logged: {@code metrics.jsonl}, each step once, however often it was resumed. */
final class RunHistory {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String STEP = "step";
  private static final String EVALUATION = "eval_";

  /** Values of metrics by step. */
  private final Map<String, TreeMap<Long, Double>> values = new LinkedHashMap<>();

  private final List<String> notes = new ArrayList<>();
  private long at = Long.MIN_VALUE;
  private long again;
  private long lines;

  private RunHistory() {}

  /**
   * Reads a file.
   *
   * @throws DataException if it is not there, empty or damaged; a last line that a crash has cut
   *     off is left out
   */
  static RunHistory read(Path file) {
    RunHistory history = new RunHistory();
    String text = text(file);
    int number = 0;
    for (int from = 0; from < text.length(); ) {
      int end = text.indexOf('\n', from);
      boolean whole = end >= 0;
      String line = text.substring(from, whole ? end : text.length());
      number++;
      from = whole ? end + 1 : text.length();
      if (!line.isBlank()) {
        history.add(file, number, line, whole);
      }
    }
    if (history.lines == 0) {
      throw new DataException(
          file + " is empty: the run has logged no step yet, or was stopped before the first");
    }
    if (history.again > 0) {
      history.notes.add(
          "%,d steps were taken again after a resume; the later rows of them count"
              .formatted(history.again));
    }
    return history;
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      boolean absent = !Files.exists(file);
      throw new DataException(
          absent
              ? file
                  + ": no such file; give the directory of a run that was logged there (track:"
                  + " [jsonl])"
              : file + " cannot be read: " + FileErrors.reason(e),
          e);
    }
  }

  private void add(Path file, int number, String line, boolean whole) {
    JsonNode row;
    try {
      row = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      row = JSON.missingNode();
    }
    if (row == null || !row.isObject() || !row.path(STEP).isIntegralNumber()) {
      if (!whole) {
        notes.add("the last line is cut off, as by a crash, and left out");
        return;
      }
      throw new DataException(
          file
              + ":"
              + number
              + ": is no row of metrics (a JSON object with a step); the file is damaged: delete the"
              + " line, or audit a copy of the run");
    }
    lines++;
    add(row);
  }

  private void add(JsonNode row) {
    long step = row.path(STEP).longValue();
    if (step < at) {
      // The run went back to a checkpoint: what came after it was not of this run.
      again +=
          values.values().stream().mapToLong(m -> m.tailMap(step, true).size()).max().orElse(0);
      values.values().forEach(m -> m.tailMap(step, true).clear());
    }
    at = step;
    row.properties()
        .forEach(
            e -> {
              if (!e.getKey().equals(STEP)) {
                number(e.getValue(), e.getKey(), step);
              }
            });
  }

  private void number(JsonNode value, String name, long step) {
    TreeMap<Long, Double> metric = values.computeIfAbsent(name, n -> new TreeMap<>());
    if (value.isNumber()) {
      metric.put(step, value.doubleValue());
    } else if (value.isTextual()) {
      // JSON has no NaN and no infinity: they are texts.
      metric.put(step, Double.NaN);
    }
  }

  /** A metric; without points where it was not logged. */
  Series series(String name) {
    return Series.of(name, values.getOrDefault(name, new TreeMap<>()));
  }

  /** Whether a metric was logged, be it that no value was a number. */
  boolean has(String name) {
    return values.containsKey(name);
  }

  /** The names of all metrics, those of steps first. */
  Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    values.keySet().stream().filter(n -> !n.startsWith(EVALUATION)).forEach(names::add);
    names.addAll(values.keySet());
    return names;
  }

  /** The first step that was logged. */
  long firstStep() {
    return values.values().stream()
        .filter(v -> !v.isEmpty())
        .mapToLong(TreeMap::firstKey)
        .min()
        .orElse(0);
  }

  /** The last step that was logged. */
  long lastStep() {
    return values.values().stream()
        .filter(v -> !v.isEmpty())
        .mapToLong(TreeMap::lastKey)
        .max()
        .orElse(0);
  }

  /** What whoever reads the numbers should know. */
  List<String> notes() {
    return List.copyOf(notes);
  }
}
