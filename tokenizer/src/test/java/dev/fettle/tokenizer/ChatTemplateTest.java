package dev.fettle.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import dev.fettle.tokenizer.ChatTemplate.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTemplateTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<ChatMessage> CHAT =
      List.of(
          new ChatMessage("user", "Hi \uD83D\uDE00"),
          new ChatMessage("assistant", "Hello"),
          new ChatMessage("user", "Bye"),
          new ChatMessage("assistant", "\u00e7a va"));

  private static ChatTemplate template(String source) {
    return ChatTemplate.parse(source, "test.jinja", Map.of("eos_token", "</s>"));
  }

  @Test
  void chatMlMarksWhatTheAssistantSays() {
    ChatTemplate.Rendered rendered = ChatMl.template().render(Request.of(CHAT, true));
    assertThat(rendered.text())
        .isEqualTo(
            """
            <|im_start|>user
            Hi \uD83D\uDE00<|im_end|>
            <|im_start|>assistant
            Hello<|im_end|>
            <|im_start|>user
            Bye<|im_end|>
            <|im_start|>assistant
            \u00e7a va<|im_end|>
            <|im_start|>assistant
            """);
    assertThat(
            rendered.generated().stream().map(s -> rendered.text().substring(s.start(), s.end())))
        .containsExactly("Hello<|im_end|>", "\u00e7a va<|im_end|>");
    assertThat(ChatMl.template().hasGenerationBlocks()).isTrue();
  }

  @Test
  void seesToolsVariablesAndSpecialTokens() throws IOException {
    JsonNode tools = JSON.readTree("[{\"name\": \"f\", \"big\": 12345678901, \"x\": null}]");
    Request request =
        Request.of(CHAT, false)
            .withTools(tools)
            .withVariables(Map.of("thinking", BooleanNode.TRUE));
    assertThat(
            template("{{ tools|tojson }}{{ thinking }}{{ eos_token }}{{ bos_token }}")
                .render(request)
                .text())
        .isEqualTo("[{\"name\": \"f\", \"big\": 12345678901, \"x\": null}]True</s>");
    assertThat(
            template("{{ tools is none }}{{ documents }}").render(Request.of(CHAT, false)).text())
        .isEqualTo("TrueNone");
  }

  @Test
  void passesOnWhateverMessagesHold() throws IOException {
    JsonNode messages =
        JSON.readTree(
            "[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"function\":{\"arguments\":{\"a\":1.5}}}]}]");
    assertThat(
            template(
                    "{{ messages[0].tool_calls[0].function.arguments|tojson }}{{ messages[0].content }}")
                .render(Request.of(messages, false))
                .text())
        .isEqualTo("{\"a\": 1.5}None");
    assertThat(template("x").hasGenerationBlocks()).isFalse();
  }

  @Test
  void errorsNameTheFileTheLineAndTheReason() {
    assertThatExceptionOfType(TokenizerException.class)
        .isThrownBy(() -> template("a\n{% if %}"))
        .withMessage(
            "test.jinja:2: the chat template does not parse: expected an expression, got '%}'; correct the template");
    assertThatExceptionOfType(TokenizerException.class)
        .isThrownBy(
            () ->
                template("\n\n{{ raise_exception('No system role') }}")
                    .render(Request.of(CHAT, false)))
        .withMessage(
            "test.jinja:3: the chat template fails on these messages: No system role; change the messages, or give"
                + " another template");
    assertThatExceptionOfType(TokenizerException.class)
        .isThrownBy(
            () -> template("{{ raise_exception('two\n  lines') }}").render(Request.of(CHAT, false)))
        .withMessageContaining("two lines");
    assertThatIllegalArgumentException().isThrownBy(() -> Request.of(BooleanNode.TRUE, false));
  }

  @Test
  void findsTheTemplatesOfAModelDirectory(@TempDir Path directory) throws IOException {
    TinyModel.write(directory);
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      assertThat(tokenizer.hasChatTemplate()).isFalse();
      assertThatExceptionOfType(TokenizerException.class)
          .isThrownBy(tokenizer::chatTemplate)
          .withMessage(
              directory
                  + ": the model has no chat template; set tokenizer.chatTemplate (chatml, a file, or the"
                  + " template itself) or data.chatTemplate, or put chat_template.jinja there");
    }
    Files.writeString(
        directory.resolve("tokenizer_config.json"),
        "{\"eos_token\": \"<|end|>\", \"chat_template\": [{\"name\": \"default\", \"template\": \"d{{ eos_token }}\"},"
            + " {\"name\": \"tool_use\", \"template\": \"t\"}]}");
    Files.createDirectories(directory.resolve("additional_chat_templates"));
    Files.writeString(directory.resolve("additional_chat_templates/rag.jinja"), "r");
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      assertThat(tokenizer.chatTemplate().render(Request.of(CHAT, false)).text())
          .isEqualTo("d<|end|>");
      assertThat(tokenizer.chatTemplate("tool_use").source()).isEqualTo("t");
      assertThat(tokenizer.chatTemplate("rag").source()).isEqualTo("r");
      assertThat(
              tokenizer
                  .chatTemplate("{{ eos_token }}!", "config")
                  .render(Request.of(CHAT, false))
                  .text())
          .isEqualTo("<|end|>!");
      assertThatExceptionOfType(TokenizerException.class)
          .isThrownBy(() -> tokenizer.chatTemplate("nope"))
          .withMessageEndingWith("no chat template named 'nope'; there are default, tool_use, rag");
    }
    Files.writeString(directory.resolve("chat_template.jinja"), "file");
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      assertThat(tokenizer.chatTemplate().source()).isEqualTo("file");
    }
  }

  @Test
  void aRenderedChatIsEncodedOnceWithItsMask(@TempDir Path directory) throws IOException {
    TinyModel.write(directory);
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      ChatTemplate.Rendered rendered = ChatMl.template().render(Request.of(CHAT, false));
      Encoding encoding = tokenizer.encode(rendered.text(), false);
      boolean[] mask = encoding.inside(rendered.generated());
      StringBuilder trained = new StringBuilder();
      for (int i = 0; i < mask.length; i++) {
        if (mask[i]) {
          trained.append(tokenizer.decode(new int[] {encoding.ids()[i]}, false));
        }
      }
      assertThat(trained.toString().replace("\uFFFD\uFFFD", "\u00e7"))
          .isEqualTo("Hello<|im_end|>\u00e7a va<|im_end|>");
    }
  }
}
