package dev.fettle.harness.feedback;

import dev.fettle.harness.config.AdapterSettings;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.sample.PromptSampler;
import dev.fettle.sample.StopStrings;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A model whose answers are judged or revised, where the rows have prompts alone.
 *
 * @param model its directory
 * @param adapter an adapter directory for it
 * @param samples answers to each prompt
 * @param temperature of the answers
 * @param topK the likeliest tokens that are drawn from; 0 for all
 * @param topP the likeliest tokens that together reach this are drawn from
 * @param maxNewTokens of an answer
 * @param chat whether a plain prompt is put to it as a user's message
 * @param stop texts that end an answer
 * @param batchSize answers that are sampled together
 */
public record CandidateSettings(
    Path model,
    Optional<Path> adapter,
    int samples,
    double temperature,
    int topK,
    double topP,
    int maxNewTokens,
    boolean chat,
    List<String> stop,
    int batchSize) {
  private static final int MOST_SAMPLES = 1024;

  /** Copies the list. */
  public CandidateSettings {
    stop = List.copyOf(stop);
  }

  /**
   * Its keys.
   *
   * @param samples answers to each prompt at least, and by default
   */
  static Keys<CandidateSettings> keys(int samples) {
    return Keys.of(
        CandidateSettings.class,
        Key.directory("model", "a Hugging Face model directory").required("a model directory"),
        Key.directory("adapter", "an adapter directory, as PEFT writes it").optional("none"),
        Key.size("samples", Range.atLeast(samples).atMost(MOST_SAMPLES), "answers to each prompt")
            .otherwise(samples),
        Key.number("temperature", Range.atLeast(0), "of the answers; 0 takes the likeliest tokens")
            .otherwise(1.0),
        Key.size("topK", Range.atLeast(0), "draws from the likeliest tokens; 0 from all")
            .otherwise(0),
        Key.number("topP", Range.above(0).atMost(1), "draws from the likeliest that reach it")
            .otherwise(1.0),
        Key.size("maxNewTokens", Range.atLeast(1), "of an answer").otherwise(128),
        Key.flag("chat", "puts a plain prompt to it as a user's message").otherwise(false),
        Key.text("stop", "texts that end an answer")
            .must(text -> !text.isEmpty(), "have a character")
            .list()
            .otherwise(List.of()),
        Key.size("batchSize", Range.atLeast(1), "answers that are sampled together")
            .otherwise(PromptSampler.Settings.BATCH_SIZE));
  }

  ModelSettings settings() {
    ModelSettings plain = ModelSettings.of(model);
    return adapter.map(a -> plain.with(AdapterSettings.of(a))).orElse(plain);
  }

  SamplingOptions options(long seed) {
    return SamplingOptions.sampling(maxNewTokens)
        .withTemperature(temperature)
        .withTopK(topK)
        .withTopP(topP)
        .withSeed(seed)
        .withSamples(samples);
  }

  StopStrings stops() {
    return new StopStrings(stop);
  }
}
