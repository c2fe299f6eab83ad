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

/** Encodes pairs that come as token ids. */
final class TokenPairEncoder implements RowEncoder<PreferencePair> {
  private final Columns columns;
  private final EncodingOptions options;
  private final RowEncoder<Example> sequences;

  TokenPairEncoder(Optional<Tokenizer> tokenizer, EncodingOptions options) {
    this.columns = options.columns();
    this.options = options;
    this.sequences =
        new TextRows(tokenizer, LossOn.ALL)
            .encoder(TextRows.PRETOKENISED, options.withColumns(Columns.asTheyAre()));
  }

  @Override
  public Encoded<PreferencePair> encode(Row row) {
    PairFields fields = new PairFields(columns.apply(row));
    int[] chosen = ids(fields, "chosen_ids");
    int[] rejected = ids(fields, "rejected_ids");
    if (fields.optional("chosen_mask").isPresent()
        || fields.optional("rejected_mask").isPresent()) {
      return fields.paired(
          masked(fields, "chosen_ids", "chosen_mask"),
          masked(fields, "rejected_ids", "rejected_mask"));
    }
    if (fields.optional("prompt_ids").isEmpty()) {
      int parts = Arrays.mismatch(chosen, rejected);
      int prompt = parts < 0 ? 0 : parts;
      return fields.paired(
          sequence(row, new int[0], chosen, prompt), sequence(row, new int[0], rejected, prompt));
    }
    int[] prompt = ids(fields, "prompt_ids");
    return fields.paired(
        sequence(row, prompt, chosen, prompt.length),
        sequence(row, prompt, rejected, prompt.length));
  }

  /** A row's own mask; what is wrong with it is said by the names of the row. */
  private Encoded<Example> masked(PairFields fields, String ids, String mask) {
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

  private Encoded<Example> sequence(Row row, int[] prompt, int[] answer, int targetsFrom) {
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

  private int[] ids(PairFields fields, String column) {
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
