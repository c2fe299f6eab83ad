package dev.fettle.data.preference;

import dev.fettle.data.encode.Columns;
import dev.fettle.data.encode.Encoded;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.RowEncoder;
import dev.fettle.data.read.Row;
import dev.fettle.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.Optional;

/** Encodes pairs that come as token ids. */
final class TokenPairEncoder implements RowEncoder<PreferencePair> {
  private static final String COMPLETION = "completion_ids";

  private final Columns columns;
  private final TokenSequences tokens;
  private final boolean targets;

  TokenPairEncoder(Optional<Tokenizer> tokenizer, EncodingOptions options, boolean targets) {
    this.targets = targets;
    this.columns = options.columns();
    this.tokens = new TokenSequences(tokenizer, options);
  }

  @Override
  public Encoded<PreferencePair> encode(Row row) {
    PairFields fields = new PairFields(columns.apply(row));
    int[] chosen = tokens.ids(fields, "chosen_ids");
    int[] rejected = tokens.ids(fields, "rejected_ids");
    Optional<int[]> held =
        targets && fields.optional(COMPLETION).isPresent()
            ? Optional.of(tokens.ids(fields, COMPLETION))
            : Optional.empty();
    if (held.isPresent() && fields.optional("prompt_ids").isEmpty()) {
      throw fields.wrong(
          COMPLETION, "stands without 'prompt_ids', which it goes on from; give the prompt apart");
    }
    if (fields.optional("chosen_mask").isPresent()
        || fields.optional("rejected_mask").isPresent()) {
      return fields.paired(
          tokens.masked(fields, "chosen_ids", "chosen_mask"),
          tokens.masked(fields, "rejected_ids", "rejected_mask"));
    }
    if (fields.optional("prompt_ids").isEmpty()) {
      int parts = Arrays.mismatch(chosen, rejected);
      int prompt = parts < 0 ? 0 : parts;
      return fields.paired(
          tokens.sequence(row, new int[0], chosen, prompt),
          tokens.sequence(row, new int[0], rejected, prompt));
    }
    int[] prompt = tokens.ids(fields, "prompt_ids");
    return fields.paired(
        tokens.sequence(row, prompt, chosen, prompt.length),
        tokens.sequence(row, prompt, rejected, prompt.length),
        held.map(ids -> tokens.sequence(row, prompt, ids, prompt.length)));
  }
}
