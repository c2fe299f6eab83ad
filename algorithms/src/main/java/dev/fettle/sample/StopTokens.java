package dev.fettle.sample;

import dev.fettle.tokenizer.ChatMessage;
import dev.fettle.tokenizer.ChatMl;
import dev.fettle.tokenizer.ChatTemplate;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.tokenizer.TokenizerException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The tokens that end what a model writes.
 *
 * @param text those that end any text: the ones the model's files name
 * @param chat those that end an answer in a conversation: the same, and the one that ends a turn
 */
public record StopTokens(Set<Integer> text, Set<Integer> chat) {
  private static final String QUESTION = "Is it so?";
  private static final String ANSWER = "It is so.";

  /** Copies the sets. */
  public StopTokens {
    text = Set.copyOf(text);
    chat = Set.copyOf(chat);
  }

  /** The same tokens for all. */
  public static StopTokens of(Set<Integer> all) {
    return new StopTokens(all, all);
  }

  /** Those of a tokenizer, and of its own chat template where it has one. */
  public static StopTokens of(Tokenizer tokenizer) {
    return of(
        tokenizer,
        Optional.of(tokenizer).filter(Tokenizer::hasChatTemplate).map(Tokenizer::chatTemplate));
  }

  /**
   * Those of a tokenizer and a chat template.
   *
   * @param template in place of the tokenizer's own
   */
  public static StopTokens of(Tokenizer tokenizer, Optional<ChatTemplate> template) {
    Set<Integer> text = Set.copyOf(tokenizer.stopIds());
    Set<Integer> chat = new HashSet<>(text);
    template.map(t -> turnEnd(tokenizer, t)).ifPresent(end -> end.ifPresent(chat::add));
    tokenizer.idOf(ChatMl.END).stream().filter(tokenizer::isSpecial).forEach(chat::add);
    return new StopTokens(text, chat);
  }

  /** Those that end what follows a prompt. */
  public Set<Integer> after(boolean conversation) {
    return conversation ? chat : text;
  }

  /**
   * The special token that the chat template writes after an answer, if any. A model that was
   * trained on such conversations ends its turn with it, though its files may name another token as
   * the end of a text.
   */
  private static OptionalInt turnEnd(Tokenizer tokenizer, ChatTemplate template) {
    int[] after = afterAnswer(tokenizer, template);
    return after.length > 0 && tokenizer.isSpecial(after[0])
        ? OptionalInt.of(after[0])
        : OptionalInt.empty();
  }

  /**
   * The tokens that a chat template writes after the last answer of a conversation; none where it
   * refuses a plain one.
   */
  public static int[] afterAnswer(Tokenizer tokenizer, ChatTemplate template) {
    List<ChatMessage> turns = List.of(ChatMessage.user(QUESTION), ChatMessage.assistant(ANSWER));
    String text;
    try {
      text = template.render(ChatTemplate.Request.of(turns, false)).text();
    } catch (TokenizerException e) {
      // It takes other conversations than this one.
      return new int[0];
    }
    int end = text.lastIndexOf(ANSWER) + ANSWER.length();
    return tokenizer.encode(text.substring(end), false).ids();
  }
}
