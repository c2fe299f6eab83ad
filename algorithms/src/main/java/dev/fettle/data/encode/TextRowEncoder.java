package dev.fettle.data.encode;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.data.Example;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.tokenizer.ChatTemplate;
import dev.fettle.tokenizer.Encoding;
import dev.fettle.tokenizer.SpecialToken;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.tokenizer.TokenizerException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Encodes rows that become one sequence each.
 *
 * <p>A text is encoded once and its mask comes from character offsets: a token that straddles the
 * edge between prompt and completion belongs to the completion. The end of a text that is no
 * rendered conversation is marked by the end-of-sequence token, which is added where it is not
 * there, and is a target where the end of the text is.
 */
final class TextRowEncoder implements RowEncoder<Example> {

  private final Optional<Tokenizer> tokenizer;
  private final EncodingOptions options;
  private final RowFormat format;
  private final Optional<ChatTemplate> template;
  private final Messages messages;
  private final RowTexts texts;
  private final String end;
  private boolean rendered;
  private final Set<Integer> ends;

  /**
   * An encoder of one format's rows.
   *
   * @param tokenizer may be absent where all rows are pre-tokenised
   * @param lossOn which tokens are targets
   * @param format of every row
   * @throws DataException where text is to be encoded without a tokenizer
   */
  TextRowEncoder(
      Optional<Tokenizer> tokenizer, EncodingOptions options, LossOn lossOn, RowFormat format) {
    if (tokenizer.isEmpty() && !format.equals(TextRows.PRETOKENISED)) {
      throw new DataException(
          "rows of "
              + format.name()
              + " need a tokenizer, and the model has none; add tokenizer.json to its directory, or give rows with"
              + " input_ids");
    }
    this.tokenizer = tokenizer;
    this.options = options;
    this.format = format;
    Optional<ChatTemplate> own =
        tokenizer.filter(Tokenizer::hasChatTemplate).map(Tokenizer::chatTemplate);
    this.template = options.chatTemplate().or(() -> own);
    this.messages = new Messages(options.roles());
    this.texts =
        new RowTexts(
            options.instructionTemplate(), lossOn, new Conversations(template, lossOn, messages));
    this.end = tokenizer.flatMap(Tokenizer::eos).map(SpecialToken::text).orElse("");
    this.ends = new HashSet<>();
    tokenizer.ifPresent(
        t -> {
          ends.addAll(t.stopIds());
          t.eosId().ifPresent(ends::add);
        });
  }

  @Override
  public Encoded<Example> encode(Row row) {
    Fields fields = new Fields(options.columns().apply(row), options.columns());
    if (format.equals(TextRows.PRETOKENISED)) {
      return finish(pretokenised(fields));
    }
    try {
      Optional<RowText> text = texts.write(format, fields);
      if (text.isEmpty()) {
        return Encoded.drop(DropReason.PROMPT_NOT_KEPT);
      }
      RowText unended = text.get().without(end);
      if (unended.text().isEmpty()) {
        return Encoded.drop(DropReason.EMPTY);
      }
      return finish(tokenised(unended, row.origin()));
    } catch (TokenizerException e) {
      throw new DataException(row.origin() + " " + e.getMessage(), e);
    }
  }

  @Override
  public List<String> findings() {
    List<String> findings = new ArrayList<>(messages.findings());
    if (rendered) {
      template
          .flatMap(t -> TemplateMarks.warning(t, tokenizer.orElseThrow()))
          .ifPresent(findings::add);
    }
    return findings;
  }

  private Example tokenised(RowText text, RowOrigin origin) {
    requireCharacters(text.text(), origin);
    rendered |= text.rendered();
    Tokenizer to = tokenizer.orElseThrow();
    Encoding encoding = to.encode(text.text(), !text.rendered());
    boolean[] inside = TargetTokens.of(encoding, text, to);
    int[] ids = encoding.ids();
    if (!text.rendered() && to.eosId().isPresent()) {
      int eos = to.eosId().getAsInt();
      if (ids.length == 0 || ids[ids.length - 1] != eos) {
        ids = Arrays.copyOf(ids, ids.length + 1);
        ids[ids.length - 1] = eos;
        inside = Arrays.copyOf(inside, ids.length);
      }
      // The end token covers no text here, so the spans alone would miss it.
      inside[ids.length - 1] = text.endIsTarget();
    }
    byte[] mask = new byte[ids.length];
    for (int i = 1; i < mask.length; i++) {
      mask[i] = (byte) (inside[i] ? 1 : 0);
    }
    return new Example(ids, mask, origin);
  }

  /** JSON can write half of a character; no tokenizer can read it. */
  static void requireCharacters(String text, RowOrigin origin) {
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      // Two halves that belong together are one point beyond these.
      if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
        throw DataException.at(
            origin,
            String.format(
                Locale.ROOT,
                "holds half of a character, \\u%04x, as text that was cut in the middle of one;"
                    + " correct the row or delete it",
                point));
      }
      i += Character.charCount(point);
    }
  }

  private Example pretokenised(Fields fields) {
    int[] ids = new int[fields.required("input_ids").size()];
    integers(fields.required("input_ids"), "input_ids", ids, fields);
    int limit = options.vocabSize().orElse(Integer.MAX_VALUE);
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= limit) {
        throw fields.wrong(
            "input_ids",
            "has "
                + ids[i]
                + " at position "
                + i
                + ", outside the vocabulary"
                + (options.vocabSize().isPresent() ? " of " + limit : ""));
      }
    }
    int[] given = new int[ids.length];
    Arrays.fill(given, 1);
    Optional<JsonNode> mask = fields.optional("loss_mask");
    if (mask.isPresent()) {
      if (mask.get().size() != ids.length) {
        throw fields.wrong(
            "loss_mask", "has " + mask.get().size() + " entries for " + ids.length + " input_ids");
      }
      integers(mask.get(), "loss_mask", given, fields);
    }
    byte[] targets = new byte[ids.length];
    for (int i = 0; i < ids.length; i++) {
      if (given[i] != 0 && given[i] != 1) {
        throw fields.wrong(
            "loss_mask", "has " + given[i] + " at position " + i + ", where 0 or 1 is wanted");
      }
      targets[i] = (byte) given[i];
    }
    return new Example(ids, targets, fields.origin());
  }

  private static void integers(JsonNode array, String column, int[] into, Fields fields) {
    if (!array.isArray()) {
      throw fields.wrong(column, "is " + Row.kind(array) + ", not an array of integers");
    }
    for (int i = 0; i < into.length; i++) {
      JsonNode value = array.get(i);
      if (value.isBoolean()) {
        into[i] = value.booleanValue() ? 1 : 0;
      } else if (value.canConvertToInt() && value.canConvertToExactIntegral()) {
        into[i] = value.intValue();
      } else {
        throw fields.wrong(column, "has " + value + " at position " + i + ", not an integer");
      }
    }
  }

  private Encoded<Example> finish(Example whole) {
    if (whole.length() < 2) {
      return Encoded.drop(whole.length() == 0 ? DropReason.EMPTY : DropReason.TOO_SHORT);
    }
    if (whole.targets() == 0) {
      return Encoded.drop(DropReason.NO_TARGET);
    }
    int max = options.maxLength();
    if (whole.length() <= max) {
      return new Encoded<>(whole, null, false, endLearnt(whole));
    }
    int from = options.truncation() == Truncation.KEEP_START ? 0 : whole.length() - max;
    Example cut = whole.stretch(from, max);
    return cut.targets() == 0
        ? Encoded.drop(DropReason.NO_TARGET_AFTER_TRUNCATION)
        : new Encoded<>(cut, null, true, endLearnt(cut));
  }

  private boolean endLearnt(Example example) {
    for (int i = 0; i < example.length(); i++) {
      if (example.targetMask()[i] != 0 && ends.contains(example.ids()[i])) {
        return true;
      }
    }
    return false;
  }
}
