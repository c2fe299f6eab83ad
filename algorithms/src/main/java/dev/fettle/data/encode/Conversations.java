package dev.fettle.data.encode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
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
  private final Messages messages;

  Conversations(Optional<ChatTemplate> template, LossOn lossOn, Messages messages) {
    this.template = template;
    this.lossOn = lossOn;
    this.messages = messages;
  }

  /** The text of a column of messages. */
  Optional<RowText> messages(Fields fields) {
    ArrayNode all = messages.conversation(fields);
    if (lossOn != LossOn.COMPLETION) {
      return Optional.of(marked(render(all, false, fields), 0, fields));
    }
    JsonNode last = all.get(all.size() - 1);
    if (!last.path("role").asText().equals("assistant")) {
      throw fields.wrong(
          "messages",
          "ends with a message that is not the assistant's but of role '"
              + last.path("role").asText()
              + "', so there is no completion; data.roles says who else is the assistant");
    }
    ArrayNode prompt = all.deepCopy();
    prompt.remove(all.size() - 1);
    return promptCompletion(prompt, all, fields);
  }

  /**
   * The text of a prompt and a completion, where at least one is a list of messages; a text beside
   * one is a message.
   *
   * @return nothing where the prompt's own text is not how the whole begins
   */
  Optional<RowText> promptCompletion(String promptColumn, String completionColumn, Fields fields) {
    ArrayNode prompt = messages.listOrText(promptColumn, "user", fields);
    ArrayNode all = prompt.deepCopy();
    all.addAll(messages.listOrText(completionColumn, "assistant", fields));
    return promptCompletion(prompt, all, fields);
  }

  private Optional<RowText> promptCompletion(ArrayNode prompt, ArrayNode all, Fields fields) {
    Rendered whole = render(all, false, fields);
    if (lossOn == LossOn.ALL) {
      return Optional.of(RowText.whole(whole.text(), true));
    }
    String opening = opening(prompt, fields);
    if (!whole.text().startsWith(opening)) {
      return Optional.empty();
    }
    return Optional.of(
        lossOn == LossOn.ASSISTANT
            ? marked(whole, opening.length(), fields)
            : RowText.from(opening.length(), whole.text(), true));
  }

  /** A conversation with the assistant's turn begun. */
  String opening(ArrayNode prompt, Fields fields) {
    return render(prompt, true, fields).text();
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
          "the chat template has no {% generation %} blocks, so it cannot be told which tokens are the"
              + " assistant's; give one that has them (data.chatTemplate), or set algorithm.lossOn to"
              + " all or completion");
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
                "is a conversation, but the model has no chat template; set tokenizer.chatTemplate:"
                    + " chatml, which adds ChatML's tokens, or tokenizer.chatTemplate or"
                    + " data.chatTemplate to a Jinja file"));
  }

  private Rendered render(ArrayNode messages, boolean addGenerationPrompt, Fields fields) {
    ChatTemplate chat = template(fields);
    Request request = Request.of(messages, addGenerationPrompt).withClock(DAY);
    Optional<JsonNode> tools = tools(fields);
    if (tools.isPresent()) {
      request = request.withTools(tools.get());
    }
    Optional<JsonNode> variables = fields.structured("chat_template_kwargs");
    if (variables.isPresent()) {
      if (!variables.get().isObject()) {
        throw fields.wrong(
            "chat_template_kwargs",
            "is " + Row.kind(variables.get()) + ", not an object of the template's variables");
      }
      Map<String, JsonNode> named = new HashMap<>();
      variables.get().properties().forEach(e -> named.put(e.getKey(), e.getValue()));
      request = request.withVariables(named);
    }
    return chat.render(request);
  }

  private static Optional<JsonNode> tools(Fields fields) {
    Optional<JsonNode> tools = fields.structured("tools");
    if (tools.isEmpty()) {
      return tools;
    }
    if (!tools.get().isArray()) {
      throw fields.wrong("tools", "is " + Row.kind(tools.get()) + ", not a list of functions");
    }
    for (JsonNode tool : tools.get()) {
      if (!tool.isObject()) {
        throw fields.wrong(
            "tools",
            "holds " + Row.kind(tool) + " where each must be an object, a function's schema");
      }
    }
    return tools.filter(t -> !t.isEmpty());
  }
}
