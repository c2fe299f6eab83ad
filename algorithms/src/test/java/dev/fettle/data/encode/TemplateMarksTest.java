package dev.fettle.data.encode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.tokenizer.BpeTrainer;
import dev.fettle.tokenizer.BpeTrainer.Settings;
import dev.fettle.tokenizer.ChatMl;
import dev.fettle.tokenizer.ChatTemplate;
import dev.fettle.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplateMarksTest {

  @Test
  void marksThatAreNoTokensAreNamed(@TempDir Path directory) {
    new BpeTrainer(new Settings(260, 2, List.of(BpeTrainer.Special.of("<|end|>"))))
        .train(List.of("one two one two").iterator())
        .save(directory);
    ChatTemplate known = ChatTemplate.parse("{{ '<|end|>' }}", "x", Map.of());
    try (Tokenizer plain = Tokenizer.load(directory);
        Tokenizer changed = Tokenizer.load(directory, ChatMl.changes())) {
      assertThat(TemplateMarks.warning(ChatMl.template(), plain).orElseThrow())
          .startsWith("the chat template's <|im_start|> (")
          .contains("<|im_end|> (")
          .contains("tokenizer.addTokens")
          .contains("tokenizer.chatTemplate: chatml");
      assertThat(TemplateMarks.warning(ChatMl.template(), changed)).isEmpty();
      assertThat(TemplateMarks.warning(known, plain)).isEmpty();
    }
  }
}
