package dev.fettle.sample;

import dev.fettle.tokenizer.ChatMl;
import dev.fettle.tokenizer.Tokenizer;
import java.util.OptionalInt;

/** The tokens of a prompt, the same wherever a model is asked. */
public final class PromptIds {
  private PromptIds() {}

  /**
   * Whether a text is a conversation that is written out already, as the rows of training may be.
   */
  public static boolean isChat(String text) {
    return text.contains(ChatMl.START);
  }

  /**
   * The tokens of a prompt. An empty one is the token a text begins with.
   *
   * @param text what the model reads
   * @param chat whether it is a conversation, which brings its own special tokens
   * @return none where it is empty and the tokenizer names no token a text begins with
   */
  public static int[] of(Tokenizer tokenizer, String text, boolean chat) {
    int[] ids = tokenizer.encode(text, !chat).ids();
    if (ids.length > 0) {
      return ids;
    }
    OptionalInt first = tokenizer.bosId().isPresent() ? tokenizer.bosId() : tokenizer.eosId();
    return first.stream().toArray();
  }
}
