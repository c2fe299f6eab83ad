package dev.fettle.harness.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.harness.Tiny;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.generate.StopReason;
import dev.fettle.sample.StopStrings;
import dev.fettle.tokenizer.ChatMessage;
import dev.fettle.tokenizer.ChatMl;
import dev.fettle.tokenizer.ChatTemplate;
import dev.fettle.tokenizer.TokenizerException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conversations, batches and pieces of text. */
class ChatTest {
  private static final SamplingOptions SAMPLING = SamplingOptions.sampling(40).withSeed(4);
  private static final List<ChatMessage> MESSAGES =
      List.of(ChatMessage.system("You count."), ChatMessage.user("What is one and two?"));

  @TempDir private Path dir;
  private LoadedModel model;

  @BeforeEach
  void open() {
    model = LoadedModel.open(Tiny.in(dir).chatModel(), Tiny.REFERENCE);
  }

  @AfterEach
  void close() {
    model.close();
  }

  @Test
  void aConversationIsWrittenByTheTemplate() {
    int[] ids = model.promptIds(Prompt.chat(MESSAGES));
    assertThat(model.tokenizer().decode(ids, false))
        .isEqualTo(
            "<|im_start|>system\nYou count.<|im_end|>\n<|im_start|>user\nWhat is one and two?"
                + "<|im_end|>\n<|im_start|>assistant\n");
    SamplingOptions until =
        SAMPLING.withStopIds(Set.of(model.tokenizer().idOf(ChatMl.END).getAsInt()));
    assertThat(model.chat(MESSAGES, until))
        .isEqualTo(
            model.generateAll(List.of(Prompt.ids(ids)), until, StopStrings.NONE).get(0).text())
        .isNotEmpty();
  }

  @Test
  void anAnswerEndsWhereTheTemplateEndsATurn() {
    int end = model.tokenizer().idOf(ChatMl.END).orElseThrow();
    assertThat(model.stopIds()).doesNotContain(end);
    List<Prompt> prompts = List.of(Prompt.chat(MESSAGES));
    int ended = 0;
    for (int seed = 0; seed < 60; seed++) {
      GeneratedText answer =
          model.generateAll(prompts, SAMPLING.withSeed(seed), StopStrings.NONE).get(0);
      int[] ids = answer.generation().ids();
      assertThat(IntStream.of(ids).limit(ids.length - 1L).toArray()).doesNotContain(end);
      if (ids[ids.length - 1] == end) {
        ended++;
        assertThat(answer.generation().reason()).isEqualTo(StopReason.STOP_TOKEN);
        assertThat(answer.text()).doesNotContain("im_end");
      }
    }
    assertThat(ended).isPositive();
    // Who names stop ids means those.
    assertThat(
            model
                .generateAll(prompts, SAMPLING.withStopIds(Set.of()), StopStrings.NONE)
                .get(0)
                .generation()
                .reason())
        .isEqualTo(StopReason.LIMIT);
  }

  @Test
  void aTextIsNotEndedByATurn() {
    int end = model.tokenizer().idOf(ChatMl.END).orElseThrow();
    boolean passed =
        IntStream.range(0, 60)
            .mapToObj(SAMPLING::withSeed)
            .map(o -> model.generateAll(Prompt.all("What"), o, StopStrings.NONE).get(0))
            .anyMatch(
                t ->
                    IntStream.of(t.generation().ids()).anyMatch(id -> id == end)
                        && t.generation().reason() == StopReason.LIMIT);
    assertThat(passed).isTrue();
  }

  @Test
  void promptsOfABatchAreContinuedAsAlone() {
    List<Prompt> prompts =
        List.of(
            Prompt.of("What is"),
            Prompt.chat(MESSAGES),
            Prompt.ids(5, 6, 7),
            Prompt.chat(ChatMessage.user("It is")));
    SamplingOptions free = SAMPLING.withStopIds(Set.of());
    List<GeneratedText> together = model.generateAll(prompts, free, StopStrings.NONE);
    for (int i = 0; i < prompts.size(); i++) {
      String alone =
          model.generateAll(List.of(prompts.get(i)), free, StopStrings.NONE).get(0).text();
      assertThat(together.get(i).text()).isEqualTo(alone);
    }
    assertThat(together).extracting(GeneratedText::text).doesNotHaveDuplicates();
  }

  @Test
  void piecesMakeUpTheText() {
    List<String> pieces = new ArrayList<>();
    GeneratedText text =
        model.generate(Prompt.chat(MESSAGES), SAMPLING, StopStrings.NONE, pieces::add);
    assertThat(String.join("", pieces)).isEqualTo(text.text());
    assertThat(pieces).hasSizeGreaterThan(3);
  }

  @Test
  void whatAListenerThrowsEndsTheCallAndHarmsNothing() {
    String before = model.generate("What is", SAMPLING);
    assertThatThrownBy(
            () ->
                model.generate(
                    Prompt.of("What is"),
                    SAMPLING,
                    StopStrings.NONE,
                    piece -> {
                      throw new IllegalArgumentException("enough");
                    }))
        .hasMessage("enough");
    assertThat(model.generate("What is", SAMPLING)).isEqualTo(before);
  }

  @Test
  void variablesOfTheTemplateReachIt() {
    ChatTemplate.Request request = ChatTemplate.Request.of(MESSAGES, false);
    String text = model.tokenizer().decode(model.promptIds(Prompt.chat(request)), false);
    assertThat(text).endsWith("<|im_end|>\n");
  }

  @Test
  void withoutATemplateChatSaysWhatToDo() {
    try (LoadedModel plain = LoadedModel.open(new Tiny(dir).model(), Tiny.REFERENCE)) {
      assertThatThrownBy(() -> plain.chat(MESSAGES, SAMPLING))
          .isInstanceOf(TokenizerException.class)
          .hasMessageContaining("chat template");
    }
  }

  @Test
  void aConversationThatIsTooLongIsAnError() {
    List<ChatMessage> longer = List.of(ChatMessage.user("one and two ".repeat(60)));
    assertThatThrownBy(() -> model.chat(longer, SAMPLING))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("leaves no room: the model takes 96");
  }
}
