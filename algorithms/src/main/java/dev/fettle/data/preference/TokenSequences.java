package dev.fettle.data.preference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.Example;
import dev.fettle.data.encode.Columns;
import dev.fettle.data.encode.Encoded;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.LossOn;
import dev.fettle.data.encode.RowEncoder;
import dev.fettle.data.encode.TextRows;
import dev.fettle.data.read.Row;
import dev.fettle.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.Optional;

/** Sequences of rows that come as token ids. What is wrong is said by the names of the row. */
final class TokenSequences {
  private final EncodingOptions options;
  private final RowEncoder<Example> sequences;

  TokenSequences(Optional<Tokenizer> tokenizer, EncodingOptions options) {
    this.options = options;
    this.sequences =
        new TextRows(tokenizer, LossOn.ALL)
            .encoder(TextRows.PRETOKENISED, options.withColumns(Columns.asTheyAre()));
  }

  /** A sequence with a mask of its own. */
  Encoded<Example> masked(PairFields fields, String ids, String mask) {
    if (fields.optional("prompt_ids").isPresent()) {
      throw fields.wrong(mask, "stands beside 'prompt_ids'; give whole sequences with a mask");
    }
    JsonNode given = fields.required(mask);
    if (!given.isArray() || given.size() != fields.required(ids).size()) {
      throw fields.wrong(mask, "is not an array of as many entries as '" + ids + "'");
    }
    for (JsonNode entry : given) {
      if (!entry.canConvertToExactIntegral() || (entry.asInt() != 0 && entry.asInt() != 1)) {
        throw fields.wrong(mask, "has " + entry + ", where 0 or 1 is wanted");
      }
    }
    ObjectNode sequence = fields.row().fields().objectNode();
    sequence.set("input_ids", fields.required(ids));
    sequence.set("loss_mask", given);
    return sequences.encode(new Row(sequence, fields.row().origin()));
  }

  /** A prompt with an answer, whose tokens are targets from one on. */
  Encoded<Example> sequence(Row row, int[] prompt, int[] answer, int targetsFrom) {
    ObjectNode fields = row.fields().objectNode();
    ArrayNode ids = fields.putArray("input_ids");
    ArrayNode mask = fields.putArray("loss_mask");
    Arrays.stream(prompt).forEach(ids::add);
    Arrays.stream(answer).forEach(ids::add);
    for (int i = 0; i < ids.size(); i++) {
      mask.add(i < targetsFrom ? 0 : 1);
    }
    return sequences.encode(new Row(fields, row.origin()));
  }

  /** The token ids of a column. */
  int[] ids(PairFields fields, String column) {
    JsonNode array = fields.required(column);
    if (!array.isArray()) {
      throw fields.wrong(column, "is " + Row.kind(array) + ", not an array of integers");
    }
    int limit = options.vocabSize().orElse(Integer.MAX_VALUE);
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      JsonNode value = array.get(i);
      if (!value.canConvertToInt() || !value.canConvertToExactIntegral()) {
        throw fields.wrong(column, "has " + value + " at position " + i + ", not an integer");
      }
      ids[i] = value.intValue();
      if (ids[i] < 0 || ids[i] >= limit) {
        throw fields.wrong(
            column, "has " + ids[i] + " at position " + i + ", outside the vocabulary of " + limit);
      }
    }
    return ids;
  }
}
