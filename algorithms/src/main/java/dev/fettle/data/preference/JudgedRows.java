package dev.fettle.data.preference;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.Example;
import dev.fettle.data.encode.Encoded;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.RowEncoder;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.encode.RowFormat;
import dev.fettle.data.read.Row;
import dev.fettle.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rows that hold an answer and whether it is wanted. Rows of preferences are read too: the chosen
 * answer is wanted, the rejected one is not.
 *
 * @param tokenizer may be absent where all rows are pre-tokenised
 */
public record JudgedRows(Optional<Tokenizer> tokenizer) implements RowEncoding<JudgedRow> {

  /**
   * {@code completion_ids} behind {@code prompt_ids}: used as they are, nothing added. Without a
   * prompt, all but the first token are targets, unless {@code completion_mask} says which are.
   */
  public static final RowFormat PRETOKENISED =
      RowFormat.of(
          "unpaired-pretokenised",
          List.of("completion_ids", "label"),
          List.of("prompt_ids", "completion_mask"));

  /** {@code prompt} and {@code completion}, texts or lists of messages, and {@code label}. */
  public static final RowFormat UNPAIRED =
      RowFormat.of(
          "unpaired",
          List.of("prompt", "completion", "label"),
          List.of("tools", "chat_template_kwargs"));

  @Override
  public List<RowFormat> formats() {
    List<RowFormat> all = new ArrayList<>(List.of(PRETOKENISED, UNPAIRED));
    all.addAll(pairs().formats());
    return all;
  }

  private PreferenceRows pairs() {
    return new PreferenceRows(tokenizer);
  }

  @Override
  public Map<String, Example> sequences(JudgedRow row) {
    Map<String, Example> sequences = new LinkedHashMap<>();
    for (JudgedAnswer answer : row.answers()) {
      sequences.put(answer.desirable() ? "desirable" : "undesirable", answer.example());
    }
    return sequences;
  }

  @Override
  public ObjectNode written(JudgedRow row) {
    if (row.answers().size() > 1) {
      return pairs()
          .written(
              new PreferencePair(
                  row.answers().get(0).example(), row.answers().get(1).example(), 0));
    }
    JudgedAnswer answer = row.answers().get(0);
    Example example = answer.example();
    int prompt = example.length() - example.targets();
    ObjectNode fields = JsonNodeFactory.instance.objectNode();
    if (isPlain(example, prompt)) {
      ids(fields.putArray("prompt_ids"), example, 0, prompt);
      ids(fields.putArray("completion_ids"), example, prompt, example.length());
    } else {
      ids(fields.putArray("completion_ids"), example, 0, example.length());
      ArrayNode mask = fields.putArray("completion_mask");
      for (byte m : example.targetMask()) {
        mask.add((int) m);
      }
    }
    return fields.put("label", answer.desirable());
  }

  /** Whether just the tokens from a place on are targets. */
  private static boolean isPlain(Example example, int prompt) {
    for (int i = prompt; i < example.length(); i++) {
      if (example.targetMask()[i] == 0) {
        return false;
      }
    }
    return true;
  }

  private static void ids(ArrayNode array, Example example, int from, int to) {
    for (int i = from; i < to; i++) {
      array.add(example.ids()[i]);
    }
  }

  @Override
  public RowEncoder<JudgedRow> encoder(RowFormat format, EncodingOptions options) {
    if (format.equals(PRETOKENISED) || format.equals(UNPAIRED)) {
      return new JudgedEncoder(tokenizer, options, format);
    }
    RowEncoder<PreferencePair> pairs = pairs().encoder(format, options);
    return new RowEncoder<>() {
      @Override
      public Encoded<JudgedRow> encode(Row row) {
        return apart(pairs.encode(row));
      }

      @Override
      public List<String> findings() {
        return pairs.findings();
      }
    };
  }

  private static Encoded<JudgedRow> apart(Encoded<PreferencePair> encoded) {
    PreferencePair pair = encoded.example();
    JudgedRow row =
        pair == null
            ? null
            : new JudgedRow(
                List.of(
                    new JudgedAnswer(pair.chosen(), true),
                    new JudgedAnswer(pair.rejected(), false)));
    return new Encoded<>(row, encoded.dropped(), encoded.truncated(), encoded.endLearnt());
  }
}
