package dev.fettle.sample;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.StopReason;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/**
 * The columns of an answer: those of its prompt's row, {@code index} of the row, {@code sample},
 * {@code completion}, {@code completion_ids}, {@code prompt_ids}, {@code logprob} (the sum),
 * perhaps {@code logprobs}, and {@code finish_reason}: {@code stop} at a token that ends a text or
 * a turn, {@code stop_string}, or {@code length} where it was cut. {@code prompt_text} is what the
 * model reads where that is not the column {@code prompt}, as for conversations.
 *
 * <p>A column of the row that is called like one of these, or by which training would take the row
 * for one of another format, stands behind {@code row_}: the row's own answer is {@code
 * row_completion}. So the file is one of prompts with completions, to train on or to reward.
 */
public final class SampleColumns {
  private static final String INDEX = "index";
  private static final String SAMPLE = "sample";
  private static final String COMPLETION = "completion";
  private static final String IDS = "completion_ids";
  private static final String PROMPT = "prompt";
  private static final String PROMPT_IDS = "prompt_ids";
  private static final String TEXT = "prompt_text";
  private static final String LOGPROB = "logprob";
  private static final String LOGPROBS = "logprobs";
  private static final String REASON = "finish_reason";
  private static final String ROW = "row_";

  private static final Map<StopReason, String> REASONS =
      new EnumMap<>(
          Map.of(
              StopReason.STOP_TOKEN, "stop",
              StopReason.CONDITION, "stop_string",
              StopReason.LIMIT, "length"));

  private static final Set<String> TAKEN =
      Set.of(
          INDEX,
          SAMPLE,
          COMPLETION,
          IDS,
          PROMPT_IDS,
          TEXT,
          LOGPROB,
          LOGPROBS,
          REASON,
          "messages",
          "conversations",
          "input_ids",
          "reward",
          "gold",
          "candidates");

  private SampleColumns() {}

  /**
   * An answer that was read.
   *
   * @param completion where the file has no log-probabilities of tokens, they are NaN
   * @param logProb of all its tokens under the model that made it
   */
  public record Sampled(Completion completion, double logProb) {}

  /** A line of an answer. */
  public static ObjectNode write(Completion completion, boolean logProbs) {
    ObjectNode line = prompt(completion.prompt());
    line.put(SAMPLE, completion.sample());
    answer(line, completion, completion.generation().logProb());
    if (logProbs) {
      ArrayNode all = line.putArray(LOGPROBS);
      for (float p : completion.generation().logProbs()) {
        all.add(p);
      }
    }
    return line;
  }

  /** The columns of a prompt: those of its row, its index, what the model reads. */
  public static ObjectNode prompt(SamplePrompt prompt) {
    ObjectNode line = prompt.row().objectNode();
    prompt.row().properties().forEach(e -> line.set(stored(e.getKey()), e.getValue()));
    line.put(INDEX, prompt.index());
    if (!line.path(PROMPT).equals(TextNode.valueOf(prompt.text()))) {
      line.put(TEXT, prompt.text());
    }
    put(line.putArray(PROMPT_IDS), prompt.ids());
    return line;
  }

  /**
   * Adds the columns of an answer alone.
   *
   * @param logProb of all its tokens; null in the file where it is not known
   */
  public static void answer(ObjectNode line, Completion completion, double logProb) {
    Generation generation = completion.generation();
    line.put(COMPLETION, completion.text());
    put(line.putArray(IDS), generation.ids());
    if (Double.isFinite(logProb)) {
      line.put(LOGPROB, logProb);
    } else {
      line.putNull(LOGPROB);
    }
    line.put(REASON, REASONS.get(generation.reason()));
  }

  private static void put(ArrayNode array, int[] ids) {
    for (int id : ids) {
      array.add(id);
    }
  }

  /** What a column of the row is called in the file. */
  private static String stored(String column) {
    return TAKEN.contains(bare(column)) ? ROW + column : column;
  }

  private static String bare(String column) {
    String bare = column;
    while (bare.startsWith(ROW)) {
      bare = bare.substring(ROW.length());
    }
    return bare;
  }

  /**
   * Reads a line of an answer.
   *
   * @throws DataException if it is none
   */
  public static Sampled read(Row row) {
    ObjectNode line = row.fields();
    SamplePrompt prompt = readPrompt(row);
    int sample = (int) number(row, SAMPLE).asLong();
    return readAnswer(row, line, prompt, sample);
  }

  /**
   * Reads the columns of an answer alone.
   *
   * @param row for messages
   * @param line that holds them
   */
  public static Sampled readAnswer(Row row, ObjectNode line, SamplePrompt prompt, int sample) {
    Row part = new Row(line, row.origin());
    int[] ids = ids(part, IDS);
    float[] own = new float[ids.length];
    Arrays.fill(own, Float.NaN);
    JsonNode given = line.path(LOGPROBS);
    if (given.isArray() && given.size() == ids.length) {
      for (int i = 0; i < ids.length; i++) {
        own[i] = given.get(i).floatValue();
      }
    }
    StopReason reason = reason(part);
    float[] sampling = new float[ids.length];
    Arrays.fill(sampling, Float.NaN);
    Generation generation = new Generation(ids, own, sampling, reason);
    return new Sampled(
        new Completion(prompt, sample, text(part, COMPLETION), generation),
        line.path(LOGPROB).asDouble(Double.NaN));
  }

  /** Reads the columns of a prompt. */
  public static SamplePrompt readPrompt(Row row) {
    ObjectNode line = row.fields();
    ObjectNode own = line.objectNode();
    line.properties()
        .forEach(
            e -> {
              String name = e.getKey();
              if (!TAKEN.contains(name)) {
                boolean behind = name.startsWith(ROW) && TAKEN.contains(bare(name));
                own.set(behind ? name.substring(ROW.length()) : name, e.getValue());
              }
            });
    String text =
        line.path(TEXT).isTextual() ? line.path(TEXT).asText() : line.path(PROMPT).asText();
    boolean chat = line.path(PROMPT).isArray() || PromptIds.isChat(text);
    return new SamplePrompt(number(row, INDEX).asLong(), own, text, chat, ids(row, PROMPT_IDS));
  }

  /**
   * Checks which answer a line is.
   *
   * @throws IllegalArgumentException if it is another one
   */
  static void requirePlace(ObjectNode line, long index, int sample) {
    requireIndex(line, index);
    if (line.path(SAMPLE).asInt(-1) != sample) {
      throw new IllegalArgumentException("sample " + sample + " of its prompt should be there");
    }
  }

  /**
   * Checks which prompt a line is of.
   *
   * @throws IllegalArgumentException if it is another one
   */
  public static void requireIndex(ObjectNode line, long index) {
    if (line.path(INDEX).asLong(-1) != index) {
      throw new IllegalArgumentException("prompt " + index + " should be there");
    }
  }

  private static JsonNode number(Row row, String column) {
    JsonNode value = row.fields().path(column);
    if (!value.isNumber()) {
      throw wrong(row, column, "a number");
    }
    return value;
  }

  private static String text(Row row, String column) {
    JsonNode value = row.fields().path(column);
    if (!value.isTextual()) {
      throw wrong(row, column, "a text");
    }
    return value.textValue();
  }

  private static StopReason reason(Row row) {
    String name = text(row, REASON);
    return REASONS.entrySet().stream()
        .filter(e -> e.getValue().equals(name))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(() -> wrong(row, REASON, "one of " + REASONS.values()));
  }

  private static int[] ids(Row row, String column) {
    JsonNode value = row.fields().path(column);
    if (!value.isArray()) {
      throw wrong(row, column, "a list of token ids");
    }
    int[] ids = new int[value.size()];
    for (int i = 0; i < ids.length; i++) {
      if (!value.get(i).isInt()) {
        throw wrong(row, column, "a list of token ids");
      }
      ids[i] = value.get(i).intValue();
    }
    return ids;
  }

  private static DataException wrong(Row row, String column, String wanted) {
    return DataException.at(
        row.origin(),
        "column '"
            + column
            + "' is not "
            + wanted
            + ", so this is no line of fettle sample; name a file that it wrote");
  }
}
