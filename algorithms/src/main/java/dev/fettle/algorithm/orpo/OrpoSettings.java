package dev.fettle.algorithm.orpo;

import dev.fettle.algorithm.preference.Likelihood;
import dev.fettle.algorithm.preference.Link;
import dev.fettle.algorithm.preference.Links;
import dev.fettle.algorithm.preference.Logged;
import dev.fettle.algorithm.preference.PreferenceLoss;
import dev.fettle.algorithm.preference.Score;
import dev.fettle.algorithm.preference.Term;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Odds ratio preference optimisation (2403.07691, eq. 6): {@code NLL(w) - beta log s(log (odds(w) /
 * odds(l)))}, the odds of mean log-probabilities a token; the likelihood is a mean over the tokens
 * of prompts and chosen answers, as TRL computes it.
 *
 * @param beta what the odds ratio counts
 */
public record OrpoSettings(double beta) implements AlgorithmSettings {

  /** The name in a configuration. */
  public static final String TYPE = "orpo";

  /** Its keys in section {@code algorithm}. */
  public static final Keys<OrpoSettings> KEYS =
      Keys.of(
          OrpoSettings.class,
          Key.number(
                  "beta",
                  Range.above(0),
                  "what the odds ratio counts beside the likelihood of chosen answers; the paper's"
                      + " lambda")
              .otherwise(0.1));

  /** What is minimised. */
  public PreferenceLoss minimised() {
    Map<String, Link> more = new LinkedHashMap<>();
    more.put("log_odds_ratio", Links.oddsRatio());
    more.put("log_odds_chosen", Links.logOddsRatio());
    return PreferenceLoss.of(
        List.of(new Term(Links.oddsRatio(), -beta, Score.PER_TOKEN)),
        Likelihood.ofSequences(1),
        new Logged(beta, Score.PER_TOKEN, true, more));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Keys<OrpoSettings> keys() {
    return KEYS;
  }
}
