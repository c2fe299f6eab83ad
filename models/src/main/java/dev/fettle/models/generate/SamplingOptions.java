package dev.fettle.models.generate;

import java.util.Set;

/**
 * How the next token is chosen from the logits, with the meaning of transformers' logits
 * processors, applied in the order of the components.
 *
 * @param repetitionPenalty divides positive and multiplies negative logits of tokens already there;
 *     1 for none
 * @param temperature divides the logits; 0 always takes the likeliest token
 * @param topK keeps the k likeliest; 0 keeps all
 * @param topP keeps the smallest set whose probability reaches p; 1 keeps all
 * @param minP drops tokens less likely than this share of the likeliest; 0 drops none
 * @param maxNewTokens when to stop at the latest
 * @param stopIds tokens that end a sequence; they are part of it
 * @param seed of the draws
 */
public record SamplingOptions(
    double repetitionPenalty,
    double temperature,
    int topK,
    double topP,
    double minP,
    int maxNewTokens,
    Set<Integer> stopIds,
    long seed) {

  /** Checks the ranges; the message names the option. */
  public SamplingOptions {
    require(repetitionPenalty > 0, "repetition penalty", repetitionPenalty, "above 0");
    require(temperature >= 0, "temperature", temperature, "0 or more");
    require(topK >= 0, "top-k", topK, "0 or more");
    require(topP > 0 && topP <= 1, "top-p", topP, "above 0 and at most 1");
    require(minP >= 0 && minP < 1, "min-p", minP, "at least 0 and below 1");
    require(maxNewTokens >= 1, "max new tokens", maxNewTokens, "1 or more");
    stopIds = Set.copyOf(stopIds);
  }

  private static void require(boolean ok, String option, double value, String range) {
    if (!ok) {
      throw new IllegalArgumentException(option + " is " + value + "; it must be " + range);
    }
  }

  /** Always the likeliest token. */
  public static SamplingOptions greedy(int maxNewTokens, Set<Integer> stopIds) {
    return new SamplingOptions(1, 0, 0, 1, 0, maxNewTokens, stopIds, 0);
  }

  /** True where no draw is made. */
  public boolean isGreedy() {
    return temperature == 0;
  }
}
