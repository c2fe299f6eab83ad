package dev.fettle.algorithm.preference;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is logged of pairs.
 *
 * @param beta what rewards are scores times
 * @param reward the scores that rewards are made of
 * @param perToken whether {@code logps} are means over an answer's tokens, not sums
 * @param more further means over pairs, by name, each of the same scores
 */
public record Logged(double beta, Score reward, boolean perToken, Map<String, Link> more) {

  /** Keeps a copy. */
  public Logged {
    more = Collections.unmodifiableMap(new LinkedHashMap<>(more));
  }

  /** Rewards of log-ratios, and sums of log-probabilities. */
  public static Logged of(double beta) {
    return new Logged(beta, Score.RATIOS, false, Map.of());
  }

  /** Both a token. */
  public static Logged perToken(double beta) {
    return new Logged(beta, Score.PER_TOKEN, true, Map.of());
  }
}
