package dev.fettle.harness.model;

import dev.fettle.tokenizer.ChatMessage;
import dev.fettle.tokenizer.ChatTemplate;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.tokenizer.TokenizerException;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The tokens prompts are made of, and those that end what comes after them. Many threads may ask.
 *
 * @param files of the model
 */
record PromptTokens(ModelFiles files) {
  private static final String QUESTION = "Is it so?";
  private static final String ANSWER = "It is so.";

  int[] of(Prompt prompt) {
    int[] ids = idsOf(prompt);
    int rows = files.model().shape().vocab();
    for (int id : ids) {
      if (id < 0 || id >= rows) {
        throw new IllegalArgumentException(
            "the prompt has token "
                + id
                + files
                    .tokenizer()
                    .flatMap(t -> t.tokenOf(id))
                    .map(t -> " ('" + t + "')")
                    .orElse("")
                + ", but the model has rows for 0 to "
                + (rows - 1)
                + " alone");
      }
    }
    return ids;
  }

  private int[] idsOf(Prompt prompt) {
    if (prompt instanceof Prompt.Ids ids) {
      return ids.ids().clone();
    }
    if (prompt instanceof Prompt.Chat chat) {
      Tokenizer tokenizer = files.requireTokenizer();
      String text = tokenizer.chatTemplate().render(chat.request()).text();
      // The template writes its own special tokens.
      return tokenizer.encode(text, false).ids();
    }
    return ofText(((Prompt.Text) prompt).text());
  }

  private int[] ofText(String text) {
    Tokenizer tokenizer = files.requireTokenizer();
    int[] ids = tokenizer.encode(text, true).ids();
    if (ids.length > 0) {
      return ids;
    }
    OptionalInt first = tokenizer.bosId().isPresent() ? tokenizer.bosId() : tokenizer.eosId();
    return new int[] {
      first.orElseThrow(
          () ->
              new IllegalArgumentException(
                  "the prompt is empty, and the tokenizer names no token a text begins with"))
    };
  }

  /** The tokens that end a text: those the tokenizer's and the model's files name. */
  Set<Integer> stopIds() {
    return files
        .tokenizer()
        .map(t -> Set.copyOf(t.stopIds()))
        .orElseGet(() -> Set.copyOf(files.config().model().ids().eos()));
  }

  /** The tokens that end what is written after some prompts. */
  Set<Integer> stopIds(List<Prompt> prompts) {
    Set<Integer> ids = new HashSet<>(stopIds());
    if (prompts.stream().anyMatch(p -> p instanceof Prompt.Chat)) {
      turnEnd().ifPresent(ids::add);
    }
    return ids;
  }

  /**
   * The special token that the chat template writes after an answer, if any. A model that was
   * trained on such conversations ends its turn with it, though its files may name another token as
   * the end of a text.
   */
  private OptionalInt turnEnd() {
    Tokenizer tokenizer = files.requireTokenizer();
    List<ChatMessage> turns = List.of(ChatMessage.user(QUESTION), ChatMessage.assistant(ANSWER));
    String text;
    try {
      text = tokenizer.chatTemplate().render(ChatTemplate.Request.of(turns, false)).text();
    } catch (TokenizerException e) {
      // It takes other conversations than this one.
      return OptionalInt.empty();
    }
    int end = text.lastIndexOf(ANSWER) + ANSWER.length();
    int[] after = tokenizer.encode(text.substring(end), false).ids();
    return after.length > 0 && tokenizer.isSpecial(after[0])
        ? OptionalInt.of(after[0])
        : OptionalInt.empty();
  }
}
