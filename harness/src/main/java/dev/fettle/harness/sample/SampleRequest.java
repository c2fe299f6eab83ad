package dev.fettle.harness.sample;

import dev.fettle.harness.config.DataSettings;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.sample.PromptSampler;
import dev.fettle.sample.StopStrings;
import java.nio.file.Path;

/**
 * What is to be sampled.
 *
 * @param data whose {@code train} rows hold the prompts. Where it has a {@code maxLength}, a prompt
 *     must leave room for all new tokens within it; else for one within what the model takes.
 *     Longer prompts are dropped
 * @param options how each prompt is answered, and how often
 * @param stops texts that end an answer
 * @param asChat whether a plain text is put to the model as a user's message
 * @param logProbs whether a file gets the log-probability of each token
 * @param batchSize sequences that are generated together
 * @param watch told how it goes on, and asked whether to stop
 */
public record SampleRequest(
    DataSettings data,
    SamplingOptions options,
    StopStrings stops,
    boolean asChat,
    boolean logProbs,
    int batchSize,
    SampleWatch watch) {

  /** Checks the size of a batch. */
  public SampleRequest {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batch size is " + batchSize + "; it must be 1 or more");
    }
  }

  /** Texts as they are, until the end of a text. */
  public static SampleRequest of(DataSettings data, SamplingOptions options) {
    return new SampleRequest(
        data,
        options,
        StopStrings.NONE,
        false,
        false,
        PromptSampler.Settings.BATCH_SIZE,
        SampleWatch.NONE);
  }

  /** The prompts of a file. */
  public static SampleRequest of(Path prompts, SamplingOptions options) {
    return of(DataSettings.of(prompts), options);
  }

  /** The same with other stop strings. */
  public SampleRequest withStops(StopStrings others) {
    return new SampleRequest(data, options, others, asChat, logProbs, batchSize, watch);
  }

  /** The same, plain texts put to the model as a user's messages or not. */
  public SampleRequest withChat(boolean chat) {
    return new SampleRequest(data, options, stops, chat, logProbs, batchSize, watch);
  }

  /** The same, with each token's log-probability or without. */
  public SampleRequest withLogProbs(boolean each) {
    return new SampleRequest(data, options, stops, asChat, each, batchSize, watch);
  }

  /** The same in batches of another size. */
  public SampleRequest withBatchSize(int size) {
    return new SampleRequest(data, options, stops, asChat, logProbs, size, watch);
  }

  /** The same, watched. */
  public SampleRequest watchedBy(SampleWatch other) {
    return new SampleRequest(data, options, stops, asChat, logProbs, batchSize, other);
  }
}
