package dev.fettle.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.jinja.TemplateException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/**
 * The generation blocks of the training templates on our own conversations, against those
 * transformers finds.
 */
class GenerationGoldenTest {

  private static final Map<String, String> TOKENS = Map.of("bos_token", "<s>", "eos_token", "</s>");

  @Test
  void everySpanEqualsTransformers() throws IOException {
    JsonNode file;
    try (InputStream in =
        Objects.requireNonNull(getClass().getResourceAsStream("generation-cases.json"))) {
      file = new ObjectMapper().readTree(in);
    }
    for (JsonNode row : file.path("cases")) {
      String name = row.path("template").asText();
      String conversation = row.path("conversation").asText();
      ChatTemplate template =
          ChatTemplate.parse(SharedData.text("tokenizers/" + name), name, TOKENS);
      assertThat(template.hasGenerationBlocks()).as(name).isTrue();
      check(
          row, template, file.path("conversations").path(conversation), name + " " + conversation);
    }
    System.out.println("generation masks equal: " + file.path("cases").size());
  }

  private static void check(
      JsonNode row, ChatTemplate template, JsonNode conversation, String label) {
    ChatTemplate.Request request =
        ChatTemplate.Request.of(
            conversation.path("messages"), conversation.path("add_generation_prompt").asBoolean());
    if (!conversation.path("tools").isNull()) {
      request = request.withTools(conversation.path("tools"));
    }
    ChatTemplate.Rendered rendered;
    try {
      rendered = template.render(request);
    } catch (TokenizerException e) {
      assertThat(e.getCause()).as(label).isInstanceOf(TemplateException.class);
      TemplateException cause = (TemplateException) Objects.requireNonNull(e.getCause());
      assertThat(cause.reason()).as(label).isEqualTo(row.path("error").asText());
      return;
    }
    String text = rendered.text();
    CRC32 crc = new CRC32();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    assertThat(crc.getValue()).as(label + ": " + text).isEqualTo(row.path("crc32").asLong());
    List<String> generated =
        rendered.generated().stream()
            .map(span -> text.substring(span.start(), span.end()))
            .toList();
    assertThat(generated)
        .as(label)
        .isEqualTo(row.path("generated").valueStream().map(JsonNode::asText).toList());
  }

  /**
   * Whatever the template: spans run in order, do not meet the user's words, and hold every answer.
   */
  @Test
  void spansHoldTheAnswersAndNothingTheUserSaid() {
    int checked = 0;
    for (JsonNode row : SharedData.rows("golden/chat-templates/rendered.jsonl.gz")) {
      String name = row.path("template").asText();
      // The idefics3 template writes only contents that are lists of parts, and these are strings.
      if (!name.contains("_training") || name.contains("idefics3") || row.has("error")) {
        continue;
      }
      ChatTemplate.Rendered rendered =
          ChatTemplate.parse(SharedData.text("tokenizers/" + name), name, TOKENS)
              .render(
                  ChatTemplate.Request.of(
                      row.path("messages"), row.path("add_generation_prompt").asBoolean()));
      checkSpans(rendered, row.path("messages"), name);
      checked++;
    }
    assertThat(checked).isPositive();
  }

  private static void checkSpans(ChatTemplate.Rendered rendered, JsonNode messages, String name) {
    int span = 0;
    int last = 0;
    for (JsonNode message : messages) {
      String content = message.path("content").asText().strip();
      if (message.path("role").asText().equals("assistant")) {
        TextSpan answer = rendered.generated().get(span++);
        assertThat(answer.start()).as(name).isGreaterThanOrEqualTo(last);
        assertThat(rendered.text().substring(answer.start(), answer.end()))
            .as(name)
            .contains(content);
        last = answer.end();
      } else {
        int at = rendered.text().indexOf(content, last);
        assertThat(at).as(name + " " + content).isNotNegative();
        int end = at + content.length();
        assertThat(rendered.generated()).noneMatch(s -> s.start() < end && s.end() > at);
      }
    }
    // Some templates have the model say a last end-of-sequence token.
    assertThat(rendered.generated().subList(span, rendered.generated().size()))
        .as(name)
        .allMatch(s -> rendered.text().substring(s.start(), s.end()).equals("</s>"));
  }
}
