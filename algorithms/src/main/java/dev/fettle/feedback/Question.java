package dev.fettle.feedback;

import dev.fettle.tokenizer.ChatMessage;
import java.util.List;

/**
 * A question to a model.
 *
 * @param messages the conversation it answers
 * @param lead what an answer begins with, where a model has no conversations and goes on with a
 *     plain text
 * @param options answers whose likelihoods are wanted; none where a text is
 * @param brief whether one of the options is all that is wanted, and no text around it
 * @param attempt how often it was asked before without a usable answer
 */
public record Question(
    List<ChatMessage> messages, String lead, List<String> options, boolean brief, int attempt) {

  /** Copies the lists. */
  public Question {
    messages = List.copyOf(messages);
    options = List.copyOf(options);
  }

  /** A question whose answer is a text. */
  public static Question of(String text, String lead) {
    return new Question(List.of(ChatMessage.user(text)), lead, List.of(), false, 0);
  }

  /** The same for the next time. */
  public Question again() {
    return new Question(messages, lead, options, brief, attempt + 1);
  }
}
