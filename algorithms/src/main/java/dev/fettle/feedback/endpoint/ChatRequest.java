package dev.fettle.feedback.endpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.store.ContentKey;
import dev.fettle.feedback.Question;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Writes questions as a server takes them. What a server refuses is left out from then on: not all
 * know likelihoods, and some call the limit of tokens otherwise. Many threads may ask.
 */
final class ChatRequest {
  private static final int MOST_LIKELIHOODS = 5;

  private final EndpointSettings settings;
  private volatile boolean logProbs;
  private volatile String limit = "max_tokens";

  ChatRequest(EndpointSettings settings) {
    this.settings = settings;
    this.logProbs = settings.logprobs();
  }

  /** The body of a request. */
  byte[] body(Question question) {
    ObjectNode body = common(question);
    body.put(limit, settings.maxTokens());
    if (logProbs && !question.options().isEmpty()) {
      body.put("logprobs", true).put("top_logprobs", MOST_LIKELIHOODS);
    }
    try {
      return ChatReply.JSON.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers can be written", e);
    }
  }

  private ObjectNode common(Question question) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("model", settings.model());
    ArrayNode messages = body.putArray("messages");
    question
        .messages()
        .forEach(m -> messages.addObject().put("role", m.role()).put("content", m.content()));
    body.put("temperature", settings.temperature());
    settings.seed().ifPresent(seed -> body.put("seed", seed + question.attempt()));
    return body;
  }

  /** What is asked, summed up: the same however the server wants it written. */
  String key(Question question) {
    return new ContentKey()
        .text(settings.url().toString())
        .text(common(question).toString())
        .number(settings.maxTokens())
        .hex();
  }

  /**
   * Learns from a refusal.
   *
   * @param sent the body that was refused
   * @param why what the server said
   * @return whether the next request is another one
   */
  boolean adapt(byte[] sent, String why) {
    String said = why.toLowerCase(Locale.ROOT);
    String body = new String(sent, StandardCharsets.UTF_8);
    if (said.contains("max_completion_tokens") && body.contains("\"max_tokens\":")) {
      limit = "max_completion_tokens";
      return true;
    }
    boolean asked = body.contains("\"logprobs\":true");
    if (asked && (said.contains("logprob") || said.contains("log_prob"))) {
      logProbs = false;
      return true;
    }
    return false;
  }
}
