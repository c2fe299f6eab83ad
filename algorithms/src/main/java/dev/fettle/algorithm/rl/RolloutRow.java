package dev.fettle.algorithm.rl;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.rollout.RoundRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * An answer as it stands in a rollout's table.
 *
 * @param index which row of the data its prompt is, from 0
 * @param sample which of the prompt's answers, from 0
 * @param prompt as its row has it; a conversation is JSON
 * @param completion the answer's text, without what ended it
 * @param stopped whether it came to an end by itself
 * @param length its tokens, those that ended it among them
 * @param worth what it was worth, and what came of that
 */
public record RolloutRow(
    long index,
    int sample,
    String prompt,
    String completion,
    boolean stopped,
    int length,
    Worth worth) {

  /**
   * What an answer was worth.
   *
   * @param reward weighted and summed, before it is shaped; NaN where there is none
   * @param rewards what each function gave, NaN where it gave none
   * @param judge what the judge gave; empty where there is none
   * @param kl nats from the reference, over all its tokens; empty where none is asked
   * @param value what the critic said at its start; empty without a critic
   * @param advantage the mean over its tokens
   */
  public record Worth(
      double reward,
      Map<String, Double> rewards,
      OptionalDouble judge,
      OptionalDouble kl,
      OptionalDouble value,
      double advantage) {
    /** Copies the map. */
    public Worth {
      rewards = Collections.unmodifiableMap(new LinkedHashMap<>(rewards));
    }
  }

  /**
   * Reads the answers of a rollout, those of a prompt side by side.
   *
   * @param run its directory
   * @param rollout its number, from 1
   * @throws DataException where there is no such rollout, or it is not what a run wrote
   */
  public static List<RolloutRow> read(Path run, int rollout) {
    Path file = RolloutTable.table(run, rollout);
    if (!Files.exists(file)) {
      throw new DataException(file + " is not there: the run has made no such rollout");
    }
    List<RolloutRow> rows = new ArrayList<>();
    RoundRows.lines(file, (row, origin) -> rows.add(row(row, origin)));
    return rows;
  }

  private static RolloutRow row(JsonNode row, RowOrigin origin) {
    JsonNode prompt = row.path("prompt");
    JsonNode text = row.path("completion");
    if (!text.isTextual() || !row.has("reward") || !row.path("index").isIntegralNumber()) {
      throw RoundRows.foreign(origin);
    }
    return new RolloutRow(
        row.path("index").longValue(),
        row.path("sample").intValue(),
        prompt.isTextual() ? prompt.textValue() : prompt.toString(),
        text.textValue(),
        row.path("stopped").booleanValue(),
        row.path("length").intValue(),
        worth(row));
  }

  private static Worth worth(JsonNode row) {
    Map<String, Double> rewards = new LinkedHashMap<>();
    row.path("rewards").properties().forEach(e -> rewards.put(e.getKey(), number(e.getValue())));
    return new Worth(
        number(row.path("reward")),
        rewards,
        perhaps(row, "judge"),
        perhaps(row, "kl"),
        perhaps(row, "value"),
        number(row.path("advantage")));
  }

  private static OptionalDouble perhaps(JsonNode row, String name) {
    return row.has(name) ? OptionalDouble.of(number(row.path(name))) : OptionalDouble.empty();
  }

  private static double number(JsonNode value) {
    return value.isNumber() ? value.doubleValue() : Double.NaN;
  }
}
