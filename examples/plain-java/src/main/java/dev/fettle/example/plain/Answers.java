package dev.fettle.example.plain;

import dev.fettle.data.encode.LossOn;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.model.GeneratedText;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.model.Prompt;
import dev.fettle.harness.score.ScoreSummary;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.sample.StopStrings;
import dev.fettle.tokenizer.ChatMessage;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Answers questions from a model, for any number of threads. */
public final class Answers implements AutoCloseable {
  private final LoadedModel model;

  /** Opens a model. */
  public Answers(Path directory) {
    // docs:begin open
    model = LoadedModel.open(directory, BackendSettings.of("onnxruntime"));
    // docs:end
  }

  /** The likeliest answer. */
  public String answer(String question) {
    // docs:begin chat
    List<ChatMessage> messages = List.of(ChatMessage.user(question));
    return model.chat(messages, SamplingOptions.greedy(64));
    // docs:end
  }

  /** Answers to several questions, generated together. */
  public List<String> answers(List<String> questions) {
    // docs:begin batch
    List<Prompt> prompts =
        questions.stream().map(question -> Prompt.chat(ChatMessage.user(question))).toList();
    return model.generateAll(prompts, SamplingOptions.greedy(64), StopStrings.NONE).stream()
        .map(GeneratedText::text)
        .toList();
    // docs:end
  }

  /** Something the model might say, drawn at random. */
  public String draw(String question, long seed) {
    // docs:begin sampling
    SamplingOptions sampling =
        SamplingOptions.sampling(64).withTemperature(0.7).withTopP(0.9).withSeed(seed);
    return model.chat(List.of(ChatMessage.user(question)), sampling);
    // docs:end
  }

  /** An answer, told piece by piece on this thread. */
  public GeneratedText answer(String question, Consumer<String> told) {
    // docs:begin callback
    Prompt prompt = Prompt.chat(ChatMessage.user(question));
    return model.generate(prompt, SamplingOptions.greedy(64), StopStrings.NONE, told);
    // docs:end
  }

  /** An answer as a stream, which begins when it is asked for and ends when it is cancelled. */
  public Flow.Publisher<String> stream(String question) {
    // docs:begin stream
    Prompt prompt = Prompt.chat(ChatMessage.user(question));
    return model.stream(prompt, SamplingOptions.greedy(64));
    // docs:end
  }

  /**
   * Reads a stream.
   *
   * @param told of each piece
   * @return done with the whole text
   */
  public static CompletableFuture<String> read(
      Flow.Publisher<String> stream, Consumer<String> told) {
    // docs:begin subscriber
    CompletableFuture<String> whole = new CompletableFuture<>();
    stream.subscribe(
        new Flow.Subscriber<>() {
          private final StringBuilder text = new StringBuilder();
          private Flow.@Nullable Subscription subscription;

          @Override
          public void onSubscribe(Flow.Subscription s) {
            subscription = s;
            s.request(1);
          }

          @Override
          public void onNext(String piece) {
            text.append(piece);
            told.accept(piece);
            if (subscription != null) {
              subscription.request(1);
            }
          }

          @Override
          public void onError(Throwable error) {
            whole.completeExceptionally(error);
          }

          @Override
          public void onComplete() {
            whole.complete(text.toString());
          }
        });
    return whole;
    // docs:end
  }

  /** How well the model knows some rows. */
  public ScoreSummary score(Path rows, Path out) {
    // docs:begin score
    ScoreSummary summary = model.score(DataSettings.of(rows), LossOn.AUTO, out);
    System.out.printf("%d rows, perplexity %.2f%n", summary.rows(), summary.perplexity());
    return summary;
    // docs:end
  }

  @Override
  public void close() {
    model.close();
  }
}
