package dev.fettle.tokenizer.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * How much longer a chain of replacements can make a text. Ten that each write ten characters for
 * one would write ten thousand million.
 */
final class Growth {

  private static final double MOST = 64;

  private final Set<Integer> written = new HashSet<>();
  private double factor = 1;

  private Growth() {}

  /**
   * @param component a normalizer or a decoder, already checked
   * @throws Fault where it could write too much
   */
  static void check(String path, JsonNode component) {
    Growth growth = new Growth();
    growth.add(component);
    if (growth.factor > MOST) {
      throw new Fault(
          path
              + " could make a text more than "
              + (int) MOST
              + " times as long; shorten its contents");
    }
  }

  private void add(JsonNode component) {
    component.path("normalizers").forEach(this::add);
    component.path("decoders").forEach(this::add);
    switch (component.path("type").asText()) {
      case "Replace" -> replace(component.path("pattern"), component.path("content").asText());
      case "Prepend" -> {
        String text = component.path("prepend").asText();
        factor += bytes(text);
        text.codePoints().forEach(written::add);
      }
      default -> {}
    }
  }

  private void replace(JsonNode pattern, String content) {
    String text = pattern.path("String").asText();
    boolean regex = pattern.has("Regex");
    int least = regex ? RegexCheck.check("", pattern.path("Regex").asText()) : bytes(text);
    double grows = least == 0 ? 1 + bytes(content) : Math.max(1, (double) bytes(content) / least);
    // What this looks for and nobody wrote before was in the text from the start.
    boolean again = regex || least == 0 || text.codePoints().anyMatch(written::contains);
    factor = again ? factor * grows : Math.max(factor, grows);
    content.codePoints().forEach(written::add);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
