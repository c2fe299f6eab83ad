package dev.fettle.harness.model;

import dev.fettle.tokenizer.ChatMessage;
import dev.fettle.tokenizer.ChatTemplate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What a model is to continue. */
public sealed interface Prompt {

  /**
   * A text, which the model goes on with.
   *
   * @param text any; an empty one begins a text
   */
  record Text(String text) implements Prompt {}

  /**
   * A conversation, which the model answers.
   *
   * @param request the messages, and whatever else the model's chat template reads
   */
  record Chat(ChatTemplate.Request request) implements Prompt {}

  /**
   * Token ids.
   *
   * @param ids at least one
   */
  @SuppressWarnings("ArrayRecordComponent") // equality is defined below; the array is handed over
  record Ids(int[] ids) implements Prompt {

    @Override
    public boolean equals(Object other) {
      return other instanceof Ids i && Arrays.equals(i.ids, ids);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(ids);
    }

    @Override
    public String toString() {
      return Arrays.toString(ids);
    }
  }

  /** A text. */
  static Prompt of(String text) {
    return new Text(text);
  }

  /** Some texts, to be continued together. */
  static List<Prompt> all(String... texts) {
    return Stream.of(texts).map(Prompt::of).toList();
  }

  /** A conversation, as the model's chat template writes it, with the assistant's turn begun. */
  static Prompt chat(List<ChatMessage> messages) {
    return new Chat(ChatTemplate.Request.of(messages, true));
  }

  /** A conversation, as the model's chat template writes it, with the assistant's turn begun. */
  static Prompt chat(ChatMessage... messages) {
    return chat(List.of(messages));
  }

  /** A conversation with tools, or with variables of the template. */
  static Prompt chat(ChatTemplate.Request request) {
    return new Chat(request);
  }

  /** Token ids. */
  static Prompt ids(int... ids) {
    return new Ids(ids);
  }
}
