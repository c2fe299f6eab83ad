package dev.fettle.models.generate;

import java.util.Optional;
import java.util.Set;

/**
 * How prompts are continued: how the next token is chosen, when a sequence is over, and which draws
 * are made. Begin with {@link #greedy(int)} or {@link #sampling(int)} and change what differs:
 *
 * <pre>{@code
 * SamplingOptions.sampling(256).withTemperature(0.7).withTopP(0.9).withSeed(17)
 * }</pre>
 *
 * @param choice which tokens are likely, and how likely
 * @param maxNewTokens when to stop at the latest
 * @param stops tokens that end a sequence, and are part of it. Empty: those of the model, where
 *     whoever is asked knows them, as a loaded model does; an empty set ends none
 * @param draws which random numbers
 */
public record SamplingOptions(
    Choice choice, int maxNewTokens, Optional<Set<Integer>> stops, Draws draws) {

  /** Checks the limit. */
  public SamplingOptions {
    require(maxNewTokens >= 1, "max new tokens", maxNewTokens, "1 or more");
    stops = stops.map(Set::copyOf);
  }

  /**
   * The distribution a token is drawn from, with the meaning of transformers' logits processors,
   * applied in the order of the components.
   *
   * @param repetitionPenalty divides positive and multiplies negative logits of tokens already
   *     there; 1 for none
   * @param temperature divides the logits; 0 always takes the likeliest token
   * @param topK keeps the k likeliest; 0 keeps all
   * @param topP keeps the smallest set whose probability reaches p; 1 keeps all
   * @param minP drops tokens less likely than this share of the likeliest; 0 drops none
   */
  public record Choice(
      double repetitionPenalty, double temperature, int topK, double topP, double minP) {

    /** Checks the ranges; the message names the option. */
    public Choice {
      require(repetitionPenalty > 0, "repetition penalty", repetitionPenalty, "above 0");
      require(temperature >= 0, "temperature", temperature, "0 or more");
      require(topK >= 0, "top-k", topK, "0 or more");
      require(topP > 0 && topP <= 1, "top-p", topP, "above 0 and at most 1");
      require(minP >= 0 && minP < 1, "min-p", minP, "at least 0 and below 1");
    }
  }

  /**
   * Which random numbers are drawn. A sequence's draws follow from these, from its prompt's tokens
   * and from which of that prompt's samples it is: from nothing else, so that a prompt is continued
   * the same way whatever it shares a batch with.
   *
   * @param seed of the run
   * @param step tells calls of one run apart, as the optimizer step for which it is called: two
   *     calls of one seed and step draw the same numbers for the same prompt
   * @param samples continuations of each prompt
   */
  public record Draws(long seed, long step, int samples) {

    /** Checks the number of samples. */
    public Draws {
      require(samples >= 1, "samples", samples, "1 or more");
    }
  }

  private static void require(boolean ok, String option, double value, String range) {
    if (!ok) {
      throw new IllegalArgumentException(option + " is " + value + "; it must be " + range);
    }
  }

  /** Draws as the model says: temperature 1, no filter, seed 0. */
  public static SamplingOptions sampling(int maxNewTokens) {
    return new SamplingOptions(
        new Choice(1, 1, 0, 1, 0), maxNewTokens, Optional.empty(), new Draws(0, 0, 1));
  }

  /** Always the likeliest token. */
  public static SamplingOptions greedy(int maxNewTokens) {
    return sampling(maxNewTokens).withTemperature(0);
  }

  /** Always the likeliest token, until one of these. */
  public static SamplingOptions greedy(int maxNewTokens, Set<Integer> stopIds) {
    return greedy(maxNewTokens).withStopIds(stopIds);
  }

  /** The same with a penalty for tokens already there. */
  public SamplingOptions withRepetitionPenalty(double penalty) {
    return with(new Choice(penalty, choice.temperature, choice.topK, choice.topP, choice.minP));
  }

  /** The same at another temperature; 0 always takes the likeliest token. */
  public SamplingOptions withTemperature(double temperature) {
    return with(
        new Choice(choice.repetitionPenalty, temperature, choice.topK, choice.topP, choice.minP));
  }

  /** The same from the k likeliest tokens; 0 for all. */
  public SamplingOptions withTopK(int k) {
    return with(
        new Choice(choice.repetitionPenalty, choice.temperature, k, choice.topP, choice.minP));
  }

  /** The same from the likeliest tokens that together reach p; 1 for all. */
  public SamplingOptions withTopP(double p) {
    return with(
        new Choice(choice.repetitionPenalty, choice.temperature, choice.topK, p, choice.minP));
  }

  /** The same without tokens less likely than a share of the likeliest; 0 for all. */
  public SamplingOptions withMinP(double p) {
    return with(
        new Choice(choice.repetitionPenalty, choice.temperature, choice.topK, choice.topP, p));
  }

  private SamplingOptions with(Choice other) {
    return new SamplingOptions(other, maxNewTokens, stops, draws);
  }

  /** The same up to another number of tokens. */
  public SamplingOptions withMaxNewTokens(int most) {
    return new SamplingOptions(choice, most, stops, draws);
  }

  /** The same until one of these tokens; an empty set for the limit alone. */
  public SamplingOptions withStopIds(Set<Integer> ids) {
    return new SamplingOptions(choice, maxNewTokens, Optional.of(ids), draws);
  }

  /** The same, until one of these tokens where no others were named. */
  public SamplingOptions withDefaultStopIds(Set<Integer> ids) {
    return stops.isPresent() ? this : withStopIds(ids);
  }

  /** The same with other draws. */
  public SamplingOptions withSeed(long seed) {
    return with(new Draws(seed, draws.step, draws.samples));
  }

  /** The same with the draws of another call. */
  public SamplingOptions withStep(long step) {
    return with(new Draws(draws.seed, step, draws.samples));
  }

  /** The same, so many times for each prompt. */
  public SamplingOptions withSamples(int samples) {
    return with(new Draws(draws.seed, draws.step, samples));
  }

  private SamplingOptions with(Draws other) {
    return new SamplingOptions(choice, maxNewTokens, stops, other);
  }

  /** Tokens that end a sequence; none where none were named. */
  public Set<Integer> stopIds() {
    return stops.orElse(Set.of());
  }

  /** True where no draw is made. */
  public boolean isGreedy() {
    return choice.temperature == 0;
  }
}
