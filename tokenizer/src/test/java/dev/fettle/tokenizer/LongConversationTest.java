package dev.fettle.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The bounds of templates leave room for conversations far longer than any model reads. */
class LongConversationTest {

  private static final Map<String, String> TOKENS = Map.of("bos_token", "<s>", "eos_token", "</s>");

  /** A thousand messages, a million characters in all, of several scripts. */
  private static ArrayNode conversation() {
    ArrayNode messages = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < 1_000; i++) {
      String content = ("Turn " + i + ": \"quoted\", größer → 漢字\n").repeat(34);
      messages.addObject().put("role", i % 2 == 0 ? "user" : "assistant").put("content", content);
    }
    return messages;
  }

  @Test
  void everyRealTemplateRendersAMillionCharacters() throws IOException {
    Path folder = SharedData.path("tokenizers/chat_templates");
    List<String> wrong = new ArrayList<>();
    int rendered = 0;
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jinja")).sorted().toList()) {
        try {
          String text =
              ChatTemplate.parse(Files.readString(file), file.toString(), TOKENS)
                  .render(ChatTemplate.Request.of(conversation(), true))
                  .text();
          assertThat(text.length()).as("%s", file).isGreaterThan(20_000);
          rendered++;
        } catch (TokenizerException e) {
          // One wants its contents in parts, and says so.
          String message = String.valueOf(e.getMessage());
          if (message.contains("fettle.template")) {
            wrong.add(message);
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(rendered).isGreaterThan(35);
    System.out.println("templates that render a thousand messages: " + rendered);
  }

  @Test
  void whatATemplateMayDoGrowsWithTheConversation() {
    String template =
        "{% set ns = namespace(text='') %}{% for m in messages %}"
            + "{% set ns.text = ns.text ~ m.role ~ m.content.strip().replace('\"', '')|trim %}"
            + "{{ m.content|tojson|length }}{% endfor %}{{ ns.text }}";
    ArrayNode part = JsonNodeFactory.instance.arrayNode();
    conversation().valueStream().limit(300).forEach(part::add);
    assertThat(
            ChatTemplate.parse(template, "test", TOKENS)
                .render(ChatTemplate.Request.of(part, false))
                .text())
        .hasSizeGreaterThan(250_000);
  }
}
