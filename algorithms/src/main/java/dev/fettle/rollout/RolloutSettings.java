package dev.fettle.rollout;

import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.util.List;
import java.util.Optional;

/**
 * How a run samples answers from its policy: keys of section {@code algorithm} that all algorithms
 * have that do.
 *
 * @param samplesPerPrompt answers to a prompt in a round
 * @param promptsPerRound prompts of a round; empty for all
 * @param temperature that divides the logits
 * @param topP of the likeliest tokens
 * @param topK of the likeliest tokens
 * @param minP drops tokens less likely than this share of the likeliest
 * @param repetitionPenalty of tokens that are there already
 * @param maxNewTokens of an answer
 * @param stop texts that end an answer
 * @param sampleBatchSize answers sampled at once
 */
public record RolloutSettings(
    int samplesPerPrompt,
    Optional<Integer> promptsPerRound,
    double temperature,
    double topP,
    int topK,
    double minP,
    double repetitionPenalty,
    int maxNewTokens,
    List<String> stop,
    int sampleBatchSize) {

  private static final int MOST_SAMPLES = 1 << 20;

  /** The defaults, as TRL's where it has them. */
  public static final RolloutSettings DEFAULT =
      new RolloutSettings(8, Optional.empty(), 1, 1, 0, 0, 1, 256, List.of(), 32);

  /** The keys of an algorithm of a few rounds. */
  public static final Keys<RolloutSettings> KEYS = keys("all of them", DEFAULT.samplesPerPrompt());

  /**
   * The keys.
   *
   * @param absent how many prompts a round has where nothing is said
   * @param samples answers to a prompt where nothing is said
   */
  public static Keys<RolloutSettings> keys(String absent, int samples) {
    return Keys.of(
            RolloutSettings.class,
            Key.size(
                    "samplesPerPrompt",
                    Range.atLeast(1).atMost(MOST_SAMPLES),
                    "answers sampled for each prompt in a round")
                .otherwise(samples)
                .also("num_generations", "n_samples_per_prompt"),
            Key.size(
                    "promptsPerRound",
                    Range.atLeast(1),
                    "prompts answered in a round, the next of a shuffled pass over all")
                .optional(absent),
            Key.number(
                    "temperature",
                    Range.atLeast(0),
                    "of sampling: divides the logits; 0 always takes the likeliest token")
                .otherwise(DEFAULT.temperature()),
            Key.number(
                    "topP",
                    Range.above(0).atMost(1),
                    "of sampling: the likeliest tokens that together reach this; 1: all")
                .otherwise(DEFAULT.topP())
                .also("top_p"),
            Key.size(
                    "topK",
                    Range.atLeast(0),
                    "of sampling: so many of the likeliest tokens; 0: all")
                .otherwise(DEFAULT.topK())
                .also("top_k"),
            Key.number(
                    "minP",
                    Range.atLeast(0).atMost(1),
                    "of sampling: drops tokens less likely than this share of the likeliest; 0: none")
                .otherwise(DEFAULT.minP())
                .also("min_p"),
            Key.number(
                    "repetitionPenalty",
                    Range.above(0),
                    "of sampling: makes tokens that are there already less likely, above 1")
                .otherwise(DEFAULT.repetitionPenalty())
                .also("repetition_penalty"),
            Key.size("maxNewTokens", Range.atLeast(1), "tokens of an answer at most")
                .otherwise(DEFAULT.maxNewTokens())
                .also(
                    "max_new_tokens",
                    "max_completion_length",
                    "response_length",
                    "generate_max_len"),
            Key.text("stop", "texts that end an answer, beside the tokens that do")
                .must(t -> !t.isEmpty(), "have a character")
                .list()
                .otherwise(DEFAULT.stop())
                .also("stop_strings", "stop_sequences"),
            Key.size(
                    "sampleBatchSize",
                    Range.atLeast(1),
                    "answers sampled at once: changes speed and memory, and answers by no more than a"
                        + " rounding")
                .otherwise(DEFAULT.sampleBatchSize())
                .also("per_device_generation_batch_size"))
        .rule(
            "temperature",
            s -> s.samplesPerPrompt() == 1 || (s.temperature() > 0 && s.topK() != 1),
            s ->
                "is "
                    + s.temperature()
                    + " with topK "
                    + s.topK()
                    + ", so that all "
                    + s.samplesPerPrompt()
                    + " answers to a prompt are the same; raise it, or set samplesPerPrompt: 1");
  }

  /** How tokens are chosen, by the run's seed. */
  public SamplingOptions sampling(long seed) {
    return SamplingOptions.sampling(maxNewTokens)
        .withTemperature(temperature)
        .withTopP(topP)
        .withTopK(topK)
        .withMinP(minP)
        .withRepetitionPenalty(repetitionPenalty)
        .withSeed(seed)
        .withSamples(samplesPerPrompt);
  }
}
