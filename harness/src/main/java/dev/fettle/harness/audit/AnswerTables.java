package dev.fettle.harness.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.data.read.DataException;
import dev.fettle.files.FileErrors;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * The tables of answers that a run has written: {@code rollouts/000001.jsonl}, or {@code
 * rounds/1/samples.jsonl} of algorithms that sample in rounds.
 *
 * @param all in their order
 * @param notes what whoever reads the numbers should know
 */
record AnswerTables(List<AnswerTable> all, List<String> notes) {
  private static final ObjectMapper JSON = new ObjectMapper();

  AnswerTables {
    all = List.copyOf(all);
    notes = List.copyOf(notes);
  }

  /**
   * Reads the tables of a run's directory; there may be none.
   *
   * @throws DataException if one is damaged
   */
  static AnswerTables read(Path run) {
    List<AnswerTable> tables = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (Path file : files(run)) {
      Reader reader = new Reader();
      reader.read(file, notes);
      if (reader.answers > 0) {
        tables.add(reader.table(tables.size() + 1));
      }
    }
    return new AnswerTables(tables, notes);
  }

  private static List<Path> files(Path run) {
    List<Path> files = new ArrayList<>();
    list(run.resolve("rollouts")).stream()
        .filter(f -> f.getFileName().toString().matches("\\d+\\.jsonl"))
        .sorted()
        .forEach(files::add);
    list(run.resolve("rounds")).stream()
        .filter(f -> f.getFileName().toString().matches("\\d{1,9}"))
        .sorted((a, b) -> Integer.compare(number(a), number(b)))
        .map(f -> f.resolve("samples.jsonl"))
        .filter(Files::isRegularFile)
        .forEach(files::add);
    return files;
  }

  private static int number(Path round) {
    return Integer.parseInt(round.getFileName().toString());
  }

  private static List<Path> list(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.toList();
    } catch (IOException e) {
      throw new DataException(directory + " cannot be read: " + FileErrors.reason(e), e);
    }
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** One number of each table, by the table's own number. */
  Series series(String name, ToDoubleFunction<AnswerTable> number) {
    return new Series(
        name,
        all.stream().map(t -> new Series.Point(t.number(), number.applyAsDouble(t))).toList());
  }

  /** Counts the answers of one table. */
  private static final class Reader {
    /** The rewards of a prompt's answers, as far as they differ. */
    private record Rewards(double first, boolean several, boolean differ) {}

    private final Map<String, Integer> texts = new HashMap<>();
    private final Map<String, Rewards> prompts = new HashMap<>();
    private long answers;
    private double judged;
    private double sum;
    private double squares;

    void read(Path file, List<String> notes) {
      try (BufferedReader in = Files.newBufferedReader(file)) {
        int number = 0;
        for (String line = in.readLine(); line != null; ) {
          String next = in.readLine();
          number++;
          if (!line.isBlank() && !add(line)) {
            if (next != null) {
              throw new DataException(
                  file + ":" + number + ": is no answer (a JSON object with a completion)");
            }
            notes.add(file + ": the last line is cut off, as by a crash, and left out");
          }
          line = next;
        }
      } catch (IOException e) {
        throw new DataException(file + " cannot be read: " + FileErrors.reason(e), e);
      }
    }

    private boolean add(String line) {
      JsonNode row;
      try {
        row = JSON.readTree(line);
      } catch (JsonProcessingException e) {
        return false;
      }
      if (row == null || !row.has("completion")) {
        return false;
      }
      answers++;
      texts.merge(row.path("completion").toString(), 1, Integer::sum);
      String prompt =
          row.has("index") ? row.path("index").toString() : row.path("prompt").toString();
      double reward = row.path("reward").isNumber() ? row.path("reward").doubleValue() : Double.NaN;
      prompts.merge(
          prompt,
          new Rewards(reward, false, false),
          (a, b) ->
              new Rewards(
                  a.first(), true, a.differ() || Double.compare(a.first(), b.first()) != 0));
      if (row.path("judge").isNumber()) {
        double value = row.path("judge").doubleValue();
        judged++;
        sum += value;
        squares += value * value;
      }
      return true;
    }

    AnswerTable table(int number) {
      long several = prompts.values().stream().filter(Rewards::several).count();
      long equal = prompts.values().stream().filter(r -> r.several() && !r.differ()).count();
      int most = texts.values().stream().mapToInt(n -> n).max().orElse(0);
      double mean = sum / judged;
      return new AnswerTable(
          number,
          answers,
          (double) texts.size() / answers,
          (double) most / answers,
          several,
          several == 0 ? Double.NaN : (double) equal / several,
          judged == 0 ? Double.NaN : Math.sqrt(Math.max(0, squares / judged - mean * mean)));
    }
  }
}
