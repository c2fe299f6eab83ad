package dev.fettle.data.encode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.Row;
import dev.fettle.tokenizer.ChatTemplate;
import dev.fettle.tokenizer.ChatTemplate.Rendered;
import dev.fettle.tokenizer.ChatTemplate.Request;
import dev.fettle.tokenizer.TextSpan;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Renders lists of messages by a chat template, and finds what of the text is to be learnt. */
final class Conversations {

  /**
   * A template that writes the date must write the same one after a resume; Llama's own default.
   */
  private static final Clock DAY =
      Clock.fixed(Instant.parse("2024-07-26T00:00:00Z"), ZoneOffset.UTC);

  private final Optional<ChatTemplate> template;
  private final LossOn lossOn;

  Conversations(Optional<ChatTemplate> template, LossOn lossOn) {
    this.template = template;
    this.lossOn = lossOn;
  }

  /** The text of a column of messages. */
  Optional<RowText> messages(Fields fields) {
    ArrayNode messages = list(fields.required("messages"), "messages", "user", fields);
    if (lossOn != LossOn.COMPLETION) {
      return Optional.of(marked(render(messages, false, fields), 0, fields));
    }
    JsonNode last = messages.get(messages.size() - 1);
    if (!last.path("role").asText().equals("assistant")) {
      throw fields.wrong(
          "messages", "ends with a message that is not the assistant's, so there is no completion");
    }
    ArrayNode prompt = messages.deepCopy();
    prompt.remove(messages.size() - 1);
    return promptCompletion(prompt, messages, fields);
  }

  /**
   * The text of a prompt and a completion, where at least one is a list of messages; a text beside
   * one is a message.
   *
   * @return nothing where the prompt's own text is not how the whole begins
   */
  Optional<RowText> promptCompletion(String promptColumn, String completionColumn, Fields fields) {
    ArrayNode prompt = list(fields.required(promptColumn), promptColumn, "user", fields);
    ArrayNode all = prompt.deepCopy();
    all.addAll(list(fields.required(completionColumn), completionColumn, "assistant", fields));
    return promptCompletion(prompt, all, fields);
  }

  private Optional<RowText> promptCompletion(ArrayNode prompt, ArrayNode all, Fields fields) {
    Rendered whole = render(all, false, fields);
    if (lossOn == LossOn.ALL) {
      return Optional.of(RowText.whole(whole.text(), true));
    }
    String opening = render(prompt, true, fields).text();
    if (!whole.text().startsWith(opening)) {
      return Optional.empty();
    }
    return Optional.of(
        lossOn == LossOn.ASSISTANT
            ? marked(whole, opening.length(), fields)
            : RowText.from(opening.length(), whole.text(), true));
  }

  /**
   * What the template marks as the model's own from a place on; all of the text unless that is
   * asked for.
   */
  private RowText marked(Rendered rendered, int from, Fields fields) {
    if (lossOn != LossOn.ASSISTANT) {
      return RowText.whole(rendered.text(), true);
    }
    if (!template(fields).hasGenerationBlocks()) {
      throw new DataException(
          "the chat template has no {% generation %} blocks, so it cannot be told which tokens are the assistant's; give a"
              + " template that has them, or set lossOn to all or completion");
    }
    List<TextSpan> spans = new ArrayList<>();
    for (TextSpan span : rendered.generated()) {
      if (span.end() > from) {
        spans.add(new TextSpan(Math.max(span.start(), from), span.end()));
      }
    }
    return new RowText(rendered.text(), spans, true);
  }

  private ChatTemplate template(Fields fields) {
    return template.orElseThrow(
        () ->
            DataException.at(
                fields.origin(),
                "is a conversation, but the model has no chat template; give one (the built-in chatml, or a file)"));
  }

  private Rendered render(ArrayNode messages, boolean addGenerationPrompt, Fields fields) {
    ChatTemplate chat = template(fields);
    Request request = Request.of(messages, addGenerationPrompt).withClock(DAY);
    Optional<JsonNode> tools = fields.optional("tools").filter(t -> !t.isEmpty());
    if (tools.isPresent()) {
      request = request.withTools(tools.get());
    }
    Optional<JsonNode> variables = fields.optional("chat_template_kwargs");
    if (variables.isPresent()) {
      Map<String, JsonNode> named = new HashMap<>();
      variables.get().properties().forEach(e -> named.put(e.getKey(), e.getValue()));
      request = request.withVariables(named);
    }
    return chat.render(request);
  }

  private static ArrayNode list(JsonNode value, String column, String role, Fields fields) {
    if (value.isTextual()) {
      ArrayNode one = JsonNodeFactory.instance.arrayNode();
      one.addObject().put("role", role).put("content", value.textValue());
      return one;
    }
    if (!(value instanceof ArrayNode messages)) {
      throw fields.wrong(column, "is " + Row.kind(value) + ", not a list of messages");
    }
    if (messages.isEmpty()) {
      throw fields.wrong(column, "is an empty list of messages");
    }
    for (int i = 0; i < messages.size(); i++) {
      JsonNode message = messages.get(i);
      if (!message.path("role").isTextual()) {
        throw fields.wrong(
            column,
            "holds a message without a role (number "
                + (i + 1)
                + "); each must be like {\"role\": \"user\", \"content\": \"...\"}");
      }
    }
    return messages;
  }
}
