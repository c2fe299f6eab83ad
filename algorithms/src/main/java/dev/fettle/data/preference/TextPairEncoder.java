package dev.fettle.data.preference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.Example;
import dev.fettle.data.encode.Columns;
import dev.fettle.data.encode.DropReason;
import dev.fettle.data.encode.Encoded;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.LossOn;
import dev.fettle.data.encode.RowEncoder;
import dev.fettle.data.encode.RowFormat;
import dev.fettle.data.encode.TextRows;
import dev.fettle.data.read.Row;
import dev.fettle.tokenizer.Tokenizer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Encodes pairs of texts or conversations: each answer as the completion of the prompt. */
final class TextPairEncoder implements RowEncoder<PreferencePair> {
  private static final String COMPLETION = "completion";

  private final Columns columns;
  private final RowFormat format;
  private final RowEncoder<Example> chosen;
  private final RowEncoder<Example> rejected;
  private final Optional<RowEncoder<Example>> target;

  TextPairEncoder(PreferenceRows rows, EncodingOptions options, RowFormat format) {
    this.columns = options.columns();
    this.format = format;
    this.chosen = completions(rows.tokenizer(), options, "chosen");
    this.rejected = completions(rows.tokenizer(), options, "rejected");
    this.target =
        rows.targets()
            ? Optional.of(completions(rows.tokenizer(), options, COMPLETION))
            : Optional.empty();
  }

  private static RowEncoder<Example> completions(
      Optional<Tokenizer> tokenizer, EncodingOptions options, String column) {
    return new TextRows(tokenizer, LossOn.COMPLETION)
        .encoder(
            TextRows.PROMPT_COMPLETION,
            options.withColumns(new Columns(Map.of("completion", column))));
  }

  @Override
  public Encoded<PreferencePair> encode(Row row) {
    PairFields fields = new PairFields(columns.apply(row));
    Optional<Answers> answers = Answers.of(format, fields);
    if (answers.isEmpty()) {
      return Encoded.drop(DropReason.NO_TARGET);
    }
    Row split = new Row(answers.get().fields(fields), row.origin());
    Optional<Encoded<Example>> held =
        target.flatMap(
            encoder ->
                fields
                    .optional(COMPLETION)
                    .map(given -> encoder.encode(with(split, COMPLETION, given))));
    return fields.paired(chosen.encode(split), rejected.encode(split), held);
  }

  /** An answer given as a text to a conversation is the assistant's. */
  private static Row with(Row split, String column, JsonNode given) {
    ObjectNode fields = split.fields().deepCopy();
    if (given.isTextual() && fields.path("chosen").isArray()) {
      fields.putArray(column).addObject().put("role", "assistant").set("content", given);
    } else {
      fields.set(column, given);
    }
    return new Row(fields, split.origin());
  }

  @Override
  public List<String> findings() {
    return Stream.concat(chosen.findings().stream(), rejected.findings().stream())
        .distinct()
        .toList();
  }
}
