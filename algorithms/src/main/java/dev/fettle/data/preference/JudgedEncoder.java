package dev.fettle.data.preference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.data.Example;
import dev.fettle.data.encode.Columns;
import dev.fettle.data.encode.Encoded;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.LossOn;
import dev.fettle.data.encode.RowEncoder;
import dev.fettle.data.encode.RowFormat;
import dev.fettle.data.encode.TextRows;
import dev.fettle.data.read.Row;
import dev.fettle.tokenizer.Tokenizer;
import java.util.List;
import java.util.Optional;

/** Encodes answers with their label. */
final class JudgedEncoder implements RowEncoder<JudgedRow> {
  private final Columns columns;
  private final TokenSequences tokens;
  private final Optional<RowEncoder<Example>> texts;

  JudgedEncoder(Optional<Tokenizer> tokenizer, EncodingOptions options, RowFormat format) {
    this.columns = options.columns();
    this.tokens = new TokenSequences(tokenizer, options);
    this.texts =
        format.equals(JudgedRows.PRETOKENISED)
            ? Optional.empty()
            : Optional.of(
                new TextRows(tokenizer, LossOn.COMPLETION)
                    .encoder(TextRows.PROMPT_COMPLETION, options));
  }

  @Override
  public Encoded<JudgedRow> encode(Row row) {
    PairFields fields = new PairFields(columns.apply(row));
    boolean desirable = label(fields);
    Encoded<Example> encoded = texts.map(t -> t.encode(row)).orElseGet(() -> sequence(fields));
    Example example = encoded.example();
    JudgedRow judged =
        example == null ? null : new JudgedRow(List.of(new JudgedAnswer(example, desirable)));
    return new Encoded<>(judged, encoded.dropped(), encoded.truncated(), encoded.endLearnt());
  }

  /** True or false; 1 and 0 are taken for them. */
  private static boolean label(PairFields fields) {
    JsonNode label = fields.required("label");
    if (label.isBoolean()) {
      return label.booleanValue();
    }
    if (label.isNumber() && (label.doubleValue() == 0 || label.doubleValue() == 1)) {
      return label.doubleValue() == 1;
    }
    throw fields.wrong(
        "label", "is " + (label.isValueNode() ? label : Row.kind(label)) + ", not true or false");
  }

  private Encoded<Example> sequence(PairFields fields) {
    if (fields.optional("completion_mask").isPresent()) {
      return tokens.masked(fields, "completion_ids", "completion_mask");
    }
    int[] prompt =
        fields.optional("prompt_ids").isPresent() ? tokens.ids(fields, "prompt_ids") : new int[0];
    return tokens.sequence(
        fields.row(), prompt, tokens.ids(fields, "completion_ids"), prompt.length);
  }

  @Override
  public List<String> findings() {
    return texts.map(RowEncoder::findings).orElse(List.of());
  }
}
