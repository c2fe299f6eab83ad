package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.data.encode.LossOn;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.model.GeneratedText;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.model.NewModel.Family;
import dev.fettle.harness.model.NewModel.Sizes;
import dev.fettle.harness.model.NewModel.TrainedTokens;
import dev.fettle.harness.model.Prompt;
import dev.fettle.harness.score.RowScore;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.sample.StopStrings;
import dev.fettle.tokenizer.ChatMessage;
import dev.fettle.tokenizer.ChatMl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Eight threads that share one model get the texts that one thread gets, in every way to ask. */
class SharedModelTest {
  private static final int THREADS = 8;
  private static final List<String> BEGINNINGS = List.of("What is", "It", "one", "and two");
  private static final SamplingOptions GREEDY = SamplingOptions.greedy(12).withStopIds(Set.of());

  @TempDir private Path dir;

  static Stream<String> backends() {
    return TestBackends.ids();
  }

  /** A way to ask for the n-th text. */
  private interface Way {
    String ask(LoadedModel model, int n);
  }

  private static String prompt(int n) {
    return BEGINNINGS.get(n % BEGINNINGS.size()) + " " + n;
  }

  private static SamplingOptions drawn(int n) {
    return GREEDY.withTemperature(1).withTopP(0.95).withSeed(n).withMaxNewTokens(4 + n % 12);
  }

  private static Prompt chat(int n) {
    return Prompt.chat(ChatMessage.system("Count."), ChatMessage.user(prompt(n)));
  }

  private static String joined(List<GeneratedText> texts) {
    return String.join("|", texts.stream().map(GeneratedText::text).toList());
  }

  /** All ways, by what they are. */
  private enum Asking implements Way {
    GREEDILY {
      @Override
      public String ask(LoadedModel model, int n) {
        return model.generate(prompt(n), GREEDY);
      }
    },
    DRAWING {
      @Override
      public String ask(LoadedModel model, int n) {
        return model.generate(prompt(n), drawn(n), StopStrings.of("zz"));
      }
    },
    CHATTING {
      @Override
      public String ask(LoadedModel model, int n) {
        return model.chat(List.of(ChatMessage.user(prompt(n))), drawn(n));
      }
    },
    TOGETHER {
      @Override
      public String ask(LoadedModel model, int n) {
        List<Prompt> prompts = List.of(Prompt.of(prompt(n)), chat(n), Prompt.of(prompt(n + 1)));
        return joined(model.generateAll(prompts, drawn(n).withSamples(2), StopStrings.NONE));
      }
    },
    LISTENING {
      @Override
      public String ask(LoadedModel model, int n) {
        StringBuilder told = new StringBuilder();
        model.generate(chat(n), drawn(n), StopStrings.NONE, told::append);
        return told.toString();
      }
    },
    STREAMING {
      @Override
      public String ask(LoadedModel model, int n) {
        Collected collected = new Collected();
        model.stream(chat(n), drawn(n)).subscribe(collected);
        return collected.text.join();
      }
    }
  }

  /** Puts a stream together, asking for one piece at a time. */
  private static final class Collected implements Flow.Subscriber<String> {
    private final CompletableFuture<String> text = new CompletableFuture<>();
    private final StringBuilder pieces = new StringBuilder();
    private Flow.@Nullable Subscription subscription;

    @Override
    public void onSubscribe(Flow.Subscription s) {
      subscription = s;
      s.request(1);
    }

    @Override
    public void onNext(String piece) {
      pieces.append(piece);
      if (subscription != null) {
        subscription.request(1);
      }
    }

    @Override
    public void onError(Throwable error) {
      text.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
      text.complete(pieces.toString());
    }
  }

  private Path model() throws IOException {
    Path text = Files.writeString(dir.resolve("text.txt"), "What is one and two? ".repeat(30));
    Path model = dir.resolve("model");
    Fettle.initModel(
        new NewModel(
            Family.LLAMA,
            new Sizes(2, 32, 4, 2, 48, 128, true),
            new TrainedTokens(List.of(text), 300, List.of(ChatMl.START, ChatMl.END)),
            11),
        model);
    Files.writeString(model.resolve("chat_template.jinja"), ChatMl.template().source());
    return model;
  }

  @ParameterizedTest
  @MethodSource("backends")
  void manyThreadsGetTheTextsOfOne(String id) throws Exception {
    compare(id, 16);
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("backends")
  void manyThreadsGetTheTextsOfOneTwoHundredTimesEachWay(String id) throws Exception {
    compare(id, 200);
  }

  private void compare(String id, int times) throws Exception {
    try (LoadedModel model = LoadedModel.open(model(), BackendSettings.of(id))) {
      List<String> alone = new ArrayList<>();
      List<Way> ways = new ArrayList<>(List.of(Asking.values()));
      ways.add(scoring());
      for (int n = 0; n < times; n++) {
        for (Way way : ways) {
          alone.add(way.ask(model, n));
        }
      }
      // Else a mixture of texts could not be seen.
      assertThat(Set.copyOf(alone)).hasSizeGreaterThan(alone.size() / 2);
      assertThat(together(model, ways, times)).isEqualTo(alone);
    }
  }

  /** Log-probabilities of a row, as another thread's work between texts. */
  private Way scoring() {
    return (model, n) -> {
      try {
        Path rows =
            Files.writeString(
                Files.createTempFile(dir, "rows", ".jsonl"),
                "{\"input_ids\": [%d, 7, 8, 9, %d]}\n".formatted(n % 250, (n + 3) % 250));
        RowScore score = model.score(DataSettings.of(rows), LossOn.AUTO).rows().get(0);
        return Arrays.toString(score.logprobs());
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    };
  }

  private static List<String> together(LoadedModel model, List<Way> ways, int times)
      throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<String>> asked = new ArrayList<>();
      for (int n : IntStream.range(0, times).toArray()) {
        for (Way way : ways) {
          asked.add(threads.submit(() -> way.ask(model, n)));
        }
      }
      List<String> texts = new ArrayList<>();
      for (Future<String> text : asked) {
        texts.add(text.get());
      }
      return texts;
    } finally {
      threads.shutdownNow();
    }
  }
}
