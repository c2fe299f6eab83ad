package dev.fettle.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.sample.Completion;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * An answer with its reward, as it stands in a round's samples.
 *
 * @param index which row of its data the prompt is, from 0
 * @param sample which of the prompt's answers of this round, from 0
 * @param text the answer, without what ended it
 * @param ids its tokens, those that ended it among them
 * @param stopped whether it came to an end by itself
 * @param reward NaN where there is none
 * @param rewards what each function gave
 */
@SuppressWarnings("ArrayRecordComponent") // equality is defined below; the array is handed over
public record RewardedAnswer(
    long index,
    int sample,
    String text,
    int[] ids,
    boolean stopped,
    double reward,
    Map<String, Double> rewards) {

  /** Copies the map. */
  public RewardedAnswer {
    rewards = Collections.unmodifiableMap(new LinkedHashMap<>(rewards));
  }

  /** An answer and what it is worth. */
  public static RewardedAnswer of(Completion of, double reward, Map<String, Double> rewards) {
    return new RewardedAnswer(
        of.prompt().index(),
        of.sample(),
        of.text(),
        of.generation().ids(),
        of.stopped(),
        reward,
        rewards);
  }

  /**
   * As a line of the samples.
   *
   * @param prompt as its row has it
   */
  ObjectNode written(JsonNode prompt) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.set("prompt", prompt);
    row.put("completion", text);
    RoundWriter.number(row, "reward", reward);
    ObjectNode each = row.putObject("rewards");
    rewards.forEach((name, value) -> RoundWriter.number(each, name, value));
    row.put("index", index).put("sample", sample).put("stopped", stopped);
    ArrayNode tokens = row.putArray("ids");
    Arrays.stream(ids).forEach(tokens::add);
    return row;
  }

  /**
   * Reads a line.
   *
   * @throws dev.fettle.data.read.DataException where it is none that a run wrote
   */
  static RewardedAnswer read(JsonNode row, RowOrigin origin) {
    JsonNode completion = row.path("completion");
    // Of a conversation it is a list of one message.
    JsonNode text = completion.isArray() ? completion.path(0).path("content") : completion;
    if (!text.isTextual()
        || !row.path("index").isIntegralNumber()
        || !row.path("sample").isIntegralNumber()) {
      throw RoundRows.foreign(origin);
    }
    Map<String, Double> rewards = new LinkedHashMap<>();
    row.path("rewards").properties().forEach(e -> rewards.put(e.getKey(), value(e.getValue())));
    return new RewardedAnswer(
        row.path("index").longValue(),
        row.path("sample").intValue(),
        text.textValue(),
        RoundRows.ids(row, "ids", origin),
        row.path("stopped").booleanValue(),
        value(row.path("reward")),
        rewards);
  }

  private static double value(JsonNode number) {
    return number.isNumber() ? number.doubleValue() : Double.NaN;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RewardedAnswer a
        && a.index == index
        && a.sample == sample
        && a.text.equals(text)
        && Arrays.equals(a.ids, ids)
        && a.stopped == stopped
        && Double.compare(a.reward, reward) == 0
        && a.rewards.equals(rewards);
  }

  @Override
  public int hashCode() {
    return Objects.hash(index, sample, Arrays.hashCode(ids));
  }

  @Override
  public String toString() {
    return index + "." + sample + ": " + text + " (" + reward + ")";
  }
}
