package dev.fettle.feedback.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.feedback.PromptText;
import java.util.List;

/**
 * A prompt and answers to it.
 *
 * @param number which row it is, from 0
 * @param prompt a text, or a list of messages
 * @param answers texts, in their order
 * @param beside what a chat template may want of the row: {@code tools}, {@code
 *     chat_template_kwargs}
 */
public record FeedbackRow(long number, JsonNode prompt, List<String> answers, ObjectNode beside) {

  /** Copies the list. */
  public FeedbackRow {
    answers = List.copyOf(answers);
  }

  /** The prompt as a judge reads it. */
  public String text() {
    return PromptText.of(prompt);
  }

  /** A row with the prompt alone, and what goes with it. */
  ObjectNode toRow() {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.set("prompt", prompt);
    return row;
  }

  /** An answer as the prompt is: a text, or a list of one message. */
  JsonNode answer(String text) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    return prompt.isArray()
        ? json.arrayNode().add(json.objectNode().put("role", "assistant").put("content", text))
        : json.textNode(text);
  }

  /** A row of preferences. */
  ObjectNode pair(String chosen, String rejected) {
    ObjectNode row = toRow();
    row.set("chosen", answer(chosen));
    row.set("rejected", answer(rejected));
    row.setAll(beside);
    return row;
  }

  /** A row to be fine-tuned on. */
  ObjectNode completed(String text) {
    ObjectNode row = toRow();
    row.set("completion", answer(text));
    row.setAll(beside);
    return row;
  }
}
