package dev.fettle.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.jinja.TemplateException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Real templates on real conversations, against what transformers renders. */
class ChatTemplateGoldenTest {

  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-23T12:00:00Z"), ZoneOffset.UTC);
  private static final Map<String, String> TOKENS = Map.of("bos_token", "<s>", "eos_token", "</s>");

  @Test
  void everyRenderingEqualsTransformers() {
    List<JsonNode> rows = SharedData.rows("golden/chat-templates/rendered.jsonl.gz");
    List<String> wrong = new ArrayList<>();
    for (JsonNode row : rows) {
      String name = row.path("template").asText();
      String expected =
          row.has("error") ? "error: " + row.path("error").asText() : row.path("rendered").asText();
      String actual = render(name, row);
      if (!actual.equals(expected)) {
        wrong.add(
            name
                + " "
                + row.path("conversation").asText()
                + "\nexpected: "
                + expected
                + "\nactual: "
                + actual);
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(rows).hasSize(320);
    System.out.println("chat renderings equal: " + rows.size());
  }

  private static String render(String name, JsonNode row) {
    ChatTemplate template = ChatTemplate.parse(SharedData.text("tokenizers/" + name), name, TOKENS);
    try {
      return template
          .render(
              ChatTemplate.Request.of(
                      row.path("messages"), row.path("add_generation_prompt").asBoolean())
                  .withClock(CLOCK))
          .text();
    } catch (TokenizerException e) {
      if (e.getCause() instanceof TemplateException cause) {
        return "error: " + cause.reason();
      }
      throw e;
    }
  }
}
