package dev.fettle.feedback;

import com.fasterxml.jackson.databind.JsonNode;

/** Prompts as a judge reads them. */
public final class PromptText {
  private PromptText() {}

  /**
   * A text as it is; of a list of messages each with its role before it.
   *
   * @param prompt a text, or a list of objects with {@code role} and {@code content}
   */
  public static String of(JsonNode prompt) {
    if (!prompt.isArray()) {
      return prompt.asText();
    }
    if (prompt.size() == 1 && prompt.get(0).path("role").asText().equals("user")) {
      return content(prompt.get(0).path("content"));
    }
    StringBuilder text = new StringBuilder();
    for (JsonNode message : prompt) {
      text.append(text.isEmpty() ? "" : "\n\n")
          .append(message.path("role").asText())
          .append(": ")
          .append(content(message.path("content")));
    }
    return text.toString();
  }

  /** A message may be made of parts. */
  static String content(JsonNode content) {
    if (!content.isArray()) {
      return content.asText();
    }
    StringBuilder text = new StringBuilder();
    content.forEach(part -> text.append(part.path("text").asText()));
    return text.toString();
  }
}
