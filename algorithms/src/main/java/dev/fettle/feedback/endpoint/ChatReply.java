package dev.fettle.feedback.endpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fettle.feedback.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a server said with status 200, or why it said nothing that can be used.
 *
 * @param text of the answer; empty where there is a fault
 * @param logProbs of options, where the server gives them
 * @param fault empty for none
 */
record ChatReply(String text, Map<String, Double> logProbs, String fault, Usage usage) {
  static final JsonMapper JSON = new JsonMapper();
  private static final int SHOWN = 160;

  private static ChatReply faulty(String fault, Usage usage) {
    return new ChatReply("", Map.of(), fault, usage);
  }

  /**
   * Reads an answer.
   *
   * @param type what the server calls it
   * @param options whose likelihoods are wanted
   */
  static ChatReply read(byte[] body, String type, List<String> options) {
    JsonNode whole;
    try {
      whole = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return faulty(notJson(body, type), Usage.NONE);
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory cannot fail", e);
    }
    if (whole == null || whole.isMissingNode() || body.length == 0) {
      return faulty("an empty body", Usage.NONE);
    }
    Usage usage =
        new Usage(
            whole.path("usage").path("prompt_tokens").asLong(0),
            whole.path("usage").path("completion_tokens").asLong(0));
    JsonNode choice = whole.path("choices").path(0);
    if (!choice.isObject()) {
      String error = error(whole);
      return faulty(
          !error.isEmpty()
              ? "an error in place of an answer: " + error
              : whole.path("choices").isArray()
                  ? "no choices"
                  : "JSON without choices: " + excerpt(body),
          usage);
    }
    return read(choice, options, usage);
  }

  private static ChatReply read(JsonNode choice, List<String> options, Usage usage) {
    JsonNode message = choice.path("message");
    String ended = choice.path("finish_reason").asText("");
    if (message.path("refusal").isTextual() && !message.path("refusal").asText().isBlank()) {
      return faulty("a refusal: " + oneLine(message.path("refusal").asText()), usage);
    }
    String text = text(message.path("content"));
    if (!text.isBlank()) {
      return new ChatReply(text, likelihoods(choice, options), "", usage);
    }
    return faulty(
        switch (ended) {
          case "content_filter" -> "nothing, since its content filter held the answer back";
          case "length" -> "nothing within maxTokens; raise it";
          default -> "a message without text";
        },
        usage);
  }

  private static String text(JsonNode content) {
    if (content.isTextual()) {
      return content.textValue();
    }
    StringBuilder text = new StringBuilder();
    if (content.isArray()) {
      content.forEach(part -> text.append(part.path("text").asText("")));
    }
    return text.toString();
  }

  /** Of the last token that is one of the options, what it and those in its place have. */
  private static Map<String, Double> likelihoods(JsonNode choice, List<String> options) {
    JsonNode tokens = choice.path("logprobs").path("content");
    for (int i = tokens.size() - 1; i >= 0 && !options.isEmpty(); i--) {
      if (options.contains(bare(tokens.get(i)))) {
        Map<String, Double> found = new HashMap<>();
        put(tokens.get(i), options, found);
        tokens.get(i).path("top_logprobs").forEach(other -> put(other, options, found));
        return found;
      }
    }
    return Map.of();
  }

  private static void put(JsonNode token, List<String> options, Map<String, Double> to) {
    String option = bare(token);
    JsonNode logProb = token.path("logprob");
    if (options.contains(option) && logProb.isNumber() && logProb.asDouble() <= 1e-6) {
      to.merge(option, logProb.asDouble(), Math::max);
    }
  }

  private static String bare(JsonNode token) {
    return token.path("token").asText("").replaceAll("[^A-Za-z0-9]", "");
  }

  private static String notJson(byte[] body, String type) {
    String kind = type.toLowerCase(Locale.ROOT);
    boolean page = kind.contains("html") || excerpt(body).startsWith("<");
    return page
        ? "a web page in place of JSON; is url the address of its API? It begins: " + excerpt(body)
        : "no whole JSON" + (type.isEmpty() ? "" : " (" + type + ")") + ": " + excerpt(body);
  }

  /** What an error says of itself, on one line; empty where it says nothing. */
  static String error(JsonNode body) {
    JsonNode error = body.path("error");
    JsonNode[] places = {
      error.path("message"), error, body.path("message"), body.path("detail"), body.path("errors")
    };
    for (JsonNode place : places) {
      if (place.isTextual() && !place.asText().isBlank()) {
        return oneLine(place.asText());
      }
    }
    JsonNode detail = body.path("detail");
    return detail.isArray() ? oneLine(detail.toString()) : "";
  }

  /** What a body that is no answer says. */
  static String told(byte[] body) {
    try {
      JsonNode whole = JSON.readTree(body);
      String error = whole == null ? "" : error(whole);
      return error.isEmpty() ? excerpt(body) : error;
    } catch (IOException e) {
      return excerpt(body);
    }
  }

  private static String excerpt(byte[] body) {
    int length = Math.min(body.length, 4 * SHOWN);
    return oneLine(new String(body, 0, length, StandardCharsets.UTF_8));
  }

  /** Nothing a terminal would obey. */
  private static String oneLine(String text) {
    String line = text.strip().replaceAll("[\\s\\p{Cntrl}]+", " ");
    return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "...";
  }
}
