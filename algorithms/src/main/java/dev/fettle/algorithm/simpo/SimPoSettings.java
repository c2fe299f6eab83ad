package dev.fettle.algorithm.simpo;

import dev.fettle.algorithm.preference.Likelihood;
import dev.fettle.algorithm.preference.Links;
import dev.fettle.algorithm.preference.Logged;
import dev.fettle.algorithm.preference.PreferenceLoss;
import dev.fettle.algorithm.preference.Score;
import dev.fettle.algorithm.preference.Term;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.util.List;
import java.util.Map;

/**
 * Simple preference optimisation (2405.14734): {@code -log s(beta (a(w) - a(l)) - gamma)}, {@code
 * a} the mean log-probability of an answer's tokens.
 *
 * @param beta what the difference is multiplied by
 * @param gamma by how much the chosen answer is wanted ahead
 * @param labelSmoothing the share of pairs whose label is thought wrong
 * @param rewardAlpha shapes the rewards that are compared, as AlphaPO does; 0 leaves {@code a}
 * @param alpha what the chosen answers' negative log-likelihood counts; 0 in the paper
 */
public record SimPoSettings(
    double beta, double gamma, double labelSmoothing, double rewardAlpha, double alpha)
    implements AlgorithmSettings {

  /** The name in a configuration. */
  public static final String TYPE = "simpo";

  /** Its keys in section {@code algorithm}. */
  public static final Keys<SimPoSettings> KEYS =
      Keys.of(
              SimPoSettings.class,
              Key.number(
                      "beta",
                      Range.above(0),
                      "what the difference of mean log-probabilities is multiplied by")
                  .otherwise(2.0),
              Key.number("gamma", Range.atLeast(0), "by how much the chosen answer is wanted ahead")
                  .otherwise(0.5)
                  .also("simpo_gamma"),
              Key.number(
                      "labelSmoothing",
                      Range.atLeast(0),
                      "the share of pairs whose label is thought wrong")
                  .otherwise(0.0),
              Key.number(
                      "rewardAlpha",
                      Range.ANY,
                      "AlphaPO: `(1 - e^(-rewardAlpha a)) / rewardAlpha` is compared in place of the"
                          + " mean log-probability `a`; 0 for `a` itself")
                  .otherwise(0.0),
              Key.number(
                      "alpha",
                      Range.atLeast(0),
                      "what the chosen answers' negative log-likelihood a token counts")
                  .otherwise(0.0))
          .rule(
              "labelSmoothing",
              s -> s.labelSmoothing < 0.5,
              s -> "is " + s.labelSmoothing + ", must be below 0.5");

  /** What is minimised. */
  public PreferenceLoss minimised() {
    Score score =
        rewardAlpha == 0 ? Score.PER_TOKEN : Score.PER_TOKEN.then(Score.shaped(rewardAlpha));
    Term term = new Term(Links.sigmoidBeyond(beta, gamma, labelSmoothing), 1, score);
    return PreferenceLoss.of(
        List.of(term), Likelihood.ofAnswers(alpha), new Logged(beta, score, true, Map.of()));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Keys<SimPoSettings> keys() {
    return KEYS;
  }
}
