package dev.fettle.data.preference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.Example;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.RowEncoder;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.encode.RowFormat;
import dev.fettle.data.read.Row;
import dev.fettle.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rows that hold two answers to a prompt and say which is better.
 *
 * @param tokenizer may be absent where all rows are pre-tokenised
 * @param targets whether a row's {@code completion}, or {@code completion_ids}, is read as what a
 *     model is held to beside the pair; else it is ignored
 */
public record PreferenceRows(Optional<Tokenizer> tokenizer, boolean targets)
    implements RowEncoding<PreferencePair> {
  private static final List<String> BESIDE =
      List.of("margin", "completion", "tools", "chat_template_kwargs");

  /**
   * {@code chosen_ids} and {@code rejected_ids}, each behind {@code prompt_ids} where there are
   * any: used as they are, nothing added. Without, what both begin with is the prompt, unless
   * {@code chosen_mask} and {@code rejected_mask} say which tokens are targets.
   */
  public static final RowFormat PRETOKENISED =
      RowFormat.of(
          "preference-pretokenised",
          List.of("chosen_ids", "rejected_ids"),
          List.of("prompt_ids", "chosen_mask", "rejected_mask", "margin", "completion_ids"));

  /** {@code prompt}, {@code chosen} and {@code rejected}: texts, or lists of messages. */
  public static final RowFormat EXPLICIT =
      RowFormat.of("preference", List.of("prompt", "chosen", "rejected"), BESIDE);

  /**
   * {@code chosen} and {@code rejected} alone, each with its prompt: texts, dialogues as in
   * Anthropic's hh-rlhf, or lists of messages. What both begin with is the prompt.
   */
  public static final RowFormat IMPLICIT =
      RowFormat.of("preference-implicit", List.of("chosen", "rejected"), BESIDE);

  /**
   * As in Stanford's SHP: {@code history}, two answers, and either {@code labels} (1 where A is
   * better, else 0) or both scores.
   */
  public static final RowFormat SCORED =
      new RowFormat(
          "preference-scored",
          List.of(
              List.of("history"),
              List.of("human_ref_A"),
              List.of("human_ref_B"),
              List.of("labels", "score_A")),
          List.of("score_B", "margin", "completion"));

  /** Pairs alone. */
  public PreferenceRows(Optional<Tokenizer> tokenizer) {
    this(tokenizer, false);
  }

  @Override
  public List<RowFormat> formats() {
    return List.of(PRETOKENISED, EXPLICIT, IMPLICIT, SCORED);
  }

  @Override
  public Map<String, Example> sequences(PreferencePair pair) {
    Map<String, Example> sequences = new LinkedHashMap<>();
    sequences.put("chosen", pair.chosen());
    sequences.put("rejected", pair.rejected());
    pair.target().ifPresent(t -> sequences.put("completion", t));
    return sequences;
  }

  /**
   * With {@code prompt_ids} where both answers begin at one place; with masks where they do not.
   */
  @Override
  public ObjectNode written(PreferencePair pair) {
    int[] chosen = pair.chosen().ids();
    int[] rejected = pair.rejected().ids();
    int prompt = prompt(pair.chosen());
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    if (plain(pair.chosen(), prompt)
        && plain(pair.rejected(), prompt)
        && Arrays.equals(chosen, 0, prompt, rejected, 0, prompt)) {
      put(row.putArray("prompt_ids"), chosen, 0, prompt);
      put(row.putArray("chosen_ids"), chosen, prompt, chosen.length);
      put(row.putArray("rejected_ids"), rejected, prompt, rejected.length);
      pair.target()
          .ifPresent(
              t ->
                  put(
                      row.putArray("completion_ids"),
                      t.ids(),
                      Math.min(prompt, t.length()),
                      t.length()));
    } else {
      put(row.putArray("chosen_ids"), chosen, 0, chosen.length);
      put(row.putArray("rejected_ids"), rejected, 0, rejected.length);
      mask(row.putArray("chosen_mask"), pair.chosen());
      mask(row.putArray("rejected_mask"), pair.rejected());
    }
    if (pair.margin() != 0) {
      row.put("margin", pair.margin());
    }
    return row;
  }

  private static int prompt(Example answer) {
    int prompt = 0;
    while (prompt < answer.length() && answer.targetMask()[prompt] == 0) {
      prompt++;
    }
    return prompt;
  }

  /** Whether just the tokens from a place on are targets. */
  private static boolean plain(Example answer, int prompt) {
    return prompt(answer) == prompt && answer.targets() == answer.length() - prompt;
  }

  private static void mask(ArrayNode array, Example answer) {
    for (byte m : answer.targetMask()) {
      array.add((int) m);
    }
  }

  private static void put(ArrayNode array, int[] ids, int from, int to) {
    for (int i = from; i < to; i++) {
      array.add(ids[i]);
    }
  }

  /**
   * What both answers of an {@link #IMPLICIT} row begin with: a text, or a list of messages.
   *
   * @param row under the format's names
   * @return nothing where the answers do not differ
   * @throws dev.fettle.data.read.DataException where the row lacks an answer
   */
  public static Optional<JsonNode> sharedPrompt(Row row) {
    return Answers.of(IMPLICIT, new PairFields(row)).map(Answers::prompt);
  }

  @Override
  public RowEncoder<PreferencePair> encoder(RowFormat format, EncodingOptions options) {
    if (format.equals(PRETOKENISED)) {
      return new TokenPairEncoder(tokenizer, options, targets);
    }
    return new TextPairEncoder(this, options, format);
  }
}
