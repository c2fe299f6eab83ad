package dev.fettle.integration.contrast;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.Example;
import dev.fettle.data.encode.Encoded;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.LossOn;
import dev.fettle.data.encode.RowEncoder;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.encode.RowFormat;
import dev.fettle.data.encode.TextRows;
import dev.fettle.data.read.Row;
import dev.fettle.tokenizer.Tokenizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rows of {@code prompt}, {@code better} and {@code worse}: each answer is a completion of its own.
 */
record PairRows(Optional<Tokenizer> tokenizer) implements RowEncoding<Pair> {
  private static final RowFormat FORMAT =
      RowFormat.of("better-worse", List.of("prompt", "better", "worse"), List.of());

  @Override
  public List<RowFormat> formats() {
    return List.of(FORMAT);
  }

  @Override
  public Map<String, Example> sequences(Pair pair) {
    Map<String, Example> sequences = new LinkedHashMap<>();
    sequences.put("better", pair.better());
    sequences.put("worse", pair.worse());
    return sequences;
  }

  @Override
  public RowEncoder<Pair> encoder(RowFormat format, EncodingOptions options) {
    RowEncoder<Example> completions =
        new TextRows(tokenizer, LossOn.COMPLETION).encoder(TextRows.PROMPT_COMPLETION, options);
    return row -> {
      Encoded<Example> better = completions.encode(completion(row, "better"));
      Encoded<Example> worse = completions.encode(completion(row, "worse"));
      if (better.example() == null || worse.example() == null) {
        return new Encoded<>(
            null, better.dropped() == null ? worse.dropped() : better.dropped(), false, false);
      }
      return new Encoded<>(
          new Pair(better.example(), worse.example()),
          null,
          better.truncated() || worse.truncated(),
          better.endLearnt());
    };
  }

  private static Row completion(Row row, String column) {
    ObjectNode fields = row.fields().objectNode();
    fields.set("prompt", row.fields().get("prompt"));
    fields.set("completion", row.fields().get(column));
    return new Row(fields, row.origin());
  }
}
