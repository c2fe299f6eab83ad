package dev.fettle.harness.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.data.encode.DropReason;
import dev.fettle.data.read.DataException;
import dev.fettle.harness.Tiny;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.harness.sample.AnswerSink;
import dev.fettle.harness.sample.SampleReport;
import dev.fettle.harness.sample.SampleRequest;
import dev.fettle.harness.sample.SampleWatch;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.sample.Completion;
import dev.fettle.sample.StopStrings;
import dev.fettle.tokenizer.ChatMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prompts of files answered by a model: as it is asked one by one, and in files. */
class ModelSamplingTest {
  private static final SamplingOptions GREEDY = SamplingOptions.greedy(12);
  private static final SamplingOptions DRAWN =
      SamplingOptions.sampling(10).withSamples(2).withSeed(6);

  @TempDir private Path dir;
  private Tiny tiny;

  @BeforeEach
  void make() {
    tiny = Tiny.in(dir);
  }

  private static List<Completion> sample(LoadedModel model, SampleRequest request) {
    List<Completion> all = new ArrayList<>();
    assertThat(model.sample(request, AnswerSink.of(all::addAll)).whole()).isTrue();
    return all;
  }

  @Test
  void conversationsAreAnsweredAsInAChat() {
    Path rows =
        tiny.write(
            "talks.jsonl",
            """
            {"messages": [{"role": "user", "content": "What is one?"}]}
            {"messages": [{"role": "system", "content": "You count."},
             {"role": "user", "content": "What is two?"}, {"role": "assistant", "content": "2"}]}
            """
                .replace(",\n ", ", "));
    Path plain = tiny.write("plain.jsonl", "{\"prompt\": \"What is one?\", \"number\": 1}\n");
    try (LoadedModel model = LoadedModel.open(tiny.chatModel(), Tiny.REFERENCE)) {
      String first = model.chat(List.of(ChatMessage.user("What is one?")), GREEDY);
      String second =
          model.chat(
              List.of(ChatMessage.system("You count."), ChatMessage.user("What is two?")), GREEDY);
      assertThat(sample(model, SampleRequest.of(rows, GREEDY)))
          .extracting(Completion::text)
          .containsExactly(first, second);
      assertThat(sample(model, SampleRequest.of(plain, GREEDY).withChat(true)))
          .extracting(Completion::text)
          .containsExactly(first);
      assertThat(sample(model, SampleRequest.of(plain, GREEDY)))
          .extracting(Completion::text)
          .containsExactly(model.generate("What is one?", GREEDY));
    }
  }

  @Test
  void stopStringsEndAnswersAsTheyEndATextThatIsGenerated() {
    try (LoadedModel model = LoadedModel.open(tiny.model(), Tiny.REFERENCE)) {
      List<Completion> free = sample(model, SampleRequest.of(tiny.rows(), GREEDY));
      String text = free.get(3).text();
      StopStrings stops = StopStrings.of(text.substring(text.length() / 2));
      for (Completion c : sample(model, SampleRequest.of(tiny.rows(), GREEDY).withStops(stops))) {
        assertThat(c.text()).isEqualTo(model.generate(c.prompt().text(), GREEDY, stops));
      }
    }
  }

  /** Asks to stop after so many tokens. */
  private static SampleWatch stoppingAfter(int tokens) {
    int[] seen = new int[1];
    return new SampleWatch() {
      @Override
      public boolean stopRequested() {
        return ++seen[0] > tokens;
      }
    };
  }

  @Test
  void aCallThatIsStoppedOrInterruptedIsGoneOnWith() throws IOException {
    Path straight = dir.resolve("straight.jsonl");
    Path broken = dir.resolve("broken.jsonl");
    SampleRequest request = SampleRequest.of(tiny.rows(), DRAWN).withBatchSize(2);
    try (LoadedModel model = LoadedModel.open(tiny.model(), Tiny.REFERENCE)) {
      List<Long> told = new ArrayList<>();
      SampleWatch telling =
          new SampleWatch() {
            @Override
            public void onAnswers(long done, long total, long tokens) {
              assertThat(total).isEqualTo(24);
              told.add(done);
            }
          };
      SampleReport whole = model.sample(request.watchedBy(telling), straight);
      assertThat(whole.answers()).isEqualTo(24);
      assertThat(told).isSorted().startsWith(0L).endsWith(24L);

      SampleReport stopped = model.sample(request.watchedBy(stoppingAfter(100)), broken);
      assertThat(stopped.whole()).isFalse();
      assertThat(Files.size(broken)).isPositive().isLessThan(Files.size(straight));
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> model.sample(request, broken))
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      SampleReport rest = model.sample(request, broken);
      assertThat(rest.whole()).isTrue();
      assertThat(rest.before()).isPositive();
      assertThat(Files.mismatch(straight, broken)).isEqualTo(-1);
    }
  }

  @Test
  void theLengthLeavesRoomForAllNewTokens() {
    Path rows =
        tiny.write(
            "mixed.jsonl", "{\"prompt\": \"one\"}\n{\"prompt\": \"" + "q?".repeat(30) + "\"}\n");
    DataSettings within = DataSettings.of(rows).withMaxLength(Optional.of(40));
    try (LoadedModel model = LoadedModel.open(tiny.model(), Tiny.REFERENCE)) {
      SampleReport report = model.sample(SampleRequest.of(within, GREEDY), AnswerSink.of(a -> {}));
      assertThat(report.prompts()).isEqualTo(1);
      assertThat(report.rows().dropped()).containsOnlyKeys(DropReason.PROMPT_TOO_LONG);
      // What the model takes is enough for the prompt and a few tokens.
      List<Completion> all = sample(model, SampleRequest.of(rows, GREEDY));
      assertThat(all).hasSize(2);
      assertThat(all.get(1).prompt().length() + all.get(1).generation().ids().length)
          .isLessThanOrEqualTo(model.maxPositions() + 1);
    }
  }

  @Test
  void anotherModelDoesNotGoOnWithAFile() throws IOException {
    Path out = dir.resolve("samples.jsonl");
    SampleRequest request = SampleRequest.of(tiny.rows(), DRAWN);
    String key = ModelKey.of(ModelSettings.of(tiny.model()));
    try (LoadedModel model = LoadedModel.open(tiny.model(), Tiny.REFERENCE)) {
      model.sample(request, out);
    }
    Files.writeString(tiny.model().resolve("README.md"), "# A model\n");
    assertThat(ModelKey.of(ModelSettings.of(tiny.model()))).isEqualTo(key);
    Path weights = tiny.model().resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 2] ^= 1;
    Files.write(weights, bytes);
    assertThat(ModelKey.of(ModelSettings.of(tiny.model()))).isNotEqualTo(key);
    try (LoadedModel model = LoadedModel.open(tiny.model(), Tiny.REFERENCE)) {
      assertThatThrownBy(() -> model.sample(request, out))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("was begun otherwise: another model;");
    }
  }
}
