package dev.fettle.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.Example;
import dev.fettle.data.encode.Columns;
import dev.fettle.data.encode.EncodingOptions;
import dev.fettle.data.encode.RowEncoder;
import dev.fettle.data.encode.RowEncoding;
import dev.fettle.data.encode.RowFormat;
import dev.fettle.data.encode.TextRows;
import dev.fettle.data.preference.PreferenceRows;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.data.store.StoredForm;
import dev.fettle.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rows whose prompts are to be answered: prompts alone, and rows of any kind that have a prompt.
 * All columns are kept for reward functions; {@code prompt} is added where the row calls it
 * otherwise, and {@code completion} where the row holds an answer under another name, or as the
 * assistant's last turn. A prompt that is too long is dropped, never cut.
 *
 * @param tokenizer may be absent where all rows are pre-tokenised
 * @param answerTokens how many of {@code maxLength} tokens are left to the answer
 * @param asChat whether a plain text is put to the model as a user's message
 */
public record PromptRows(Optional<Tokenizer> tokenizer, int answerTokens, boolean asChat)
    implements RowEncoding<SamplePrompt> {

  /** To be raised by any change after which the same rows would become other prompts. */
  private static final int VERSION = 1;

  private static final List<String> FOR_TEMPLATES = List.of("tools", "chat_template_kwargs");

  /** {@code prompt_ids}: used as they are, nothing added. */
  public static final RowFormat PRETOKENISED =
      RowFormat.of("prompt-pretokenised", List.of("prompt_ids"), List.of());

  /** {@code prompt}, or a name often used for it: a text, or a list of messages. */
  public static final RowFormat PROMPT =
      RowFormat.of("prompt", List.of("prompt"), FOR_TEMPLATES).knownBy(names());

  /** {@code instruction}, perhaps {@code input} or {@code context}. */
  public static final RowFormat INSTRUCTION =
      RowFormat.of(
          TextRows.INSTRUCTION.name(),
          List.of("instruction"),
          List.of("input", "context", "output", "response"));

  /** {@code inputs}: a text, a ChatML text, or a list of messages. */
  public static final RowFormat INPUTS =
      new RowFormat(
          TextRows.INPUTS_TARGETS.name(),
          List.of(List.of("inputs")),
          List.of("targets", "tools", "chat_template_kwargs"));

  /** Checks the room. */
  public PromptRows {
    if (answerTokens < 1) {
      throw new IllegalArgumentException("an answer needs at least one token, not " + answerTokens);
    }
  }

  /** Texts as they are. */
  public PromptRows(Optional<Tokenizer> tokenizer, int answerTokens) {
    this(tokenizer, answerTokens, false);
  }

  /** What rows with an answer call their prompt, where they have none. */
  private static List<Columns> names() {
    return TextRows.PROMPT_COMPLETION.usual().stream()
        .map(pair -> pair.names().get("prompt"))
        .distinct()
        .map(name -> new Columns(Map.of("prompt", name)))
        .toList();
  }

  @Override
  public List<RowFormat> formats() {
    return List.of(
        PRETOKENISED,
        TextRows.MESSAGES,
        TextRows.PROMPT_COMPLETION,
        PreferenceRows.EXPLICIT,
        PROMPT,
        INSTRUCTION,
        INPUTS,
        PreferenceRows.IMPLICIT,
        PreferenceRows.SCORED);
  }

  @Override
  public Optional<StoredForm<SamplePrompt>> stored() {
    String identity =
        "prompts "
            + VERSION
            + ", "
            + answerTokens
            + " tokens for the answer"
            + (asChat ? ", as a user's message" : "")
            + ", tokenizer "
            + tokenizer.map(Tokenizer::fingerprint).orElse("none");
    return Optional.of(StoredForm.of(identity, PromptCodec.INSTANCE));
  }

  @Override
  public SamplePrompt numbered(SamplePrompt prompt, long row) {
    return new SamplePrompt(row, prompt.row(), prompt.text(), prompt.chat(), prompt.ids());
  }

  @Override
  public Map<String, Example> sequences(SamplePrompt prompt) {
    RowOrigin origin = new RowOrigin(Path.of("prompts"), prompt.index() + 1, RowOrigin.Unit.ROW);
    return Map.of("", new Example(prompt.ids(), new byte[prompt.length()], origin));
  }

  /** All its columns, and {@code prompt_ids}. */
  @Override
  public ObjectNode written(SamplePrompt prompt) {
    ObjectNode row = prompt.row().deepCopy();
    ArrayNode ids = row.putArray("prompt_ids");
    for (int id : prompt.ids()) {
      ids.add(id);
    }
    return row;
  }

  /**
   * The places of prompts in a list, as {@link SamplePrompt#index}: for lists that hold rows more
   * than once, as mixtures do.
   */
  public static List<SamplePrompt> renumbered(List<SamplePrompt> prompts) {
    List<SamplePrompt> all = new ArrayList<>();
    for (SamplePrompt p : prompts) {
      all.add(new SamplePrompt(all.size(), p.row(), p.text(), p.chat(), p.ids()));
    }
    return all;
  }

  @Override
  public RowEncoder<SamplePrompt> encoder(RowFormat format, EncodingOptions options) {
    return new PromptEncoder(this, format, options);
  }
}
