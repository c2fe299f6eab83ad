package dev.fettle.algorithm.cpo;

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
import java.util.List;

/**
 * Contrastive preference optimisation (2401.08417): {@code -log s(beta (log p(w) - log p(l))) +
 * alpha NLL(w)}, the likelihood a mean over tokens. Defaults are TRL's.
 *
 * @param loss on the difference of log-probabilities
 * @param beta what it is multiplied by
 * @param labelSmoothing the share of pairs whose label is thought wrong; read by {@code sigmoid}
 * @param alpha what the chosen answers' negative log-likelihood counts
 */
public record CpoSettings(Loss loss, double beta, double labelSmoothing, double alpha)
    implements AlgorithmSettings {

  /** The name in a configuration. */
  public static final String TYPE = "cpo";

  /** Its keys in section {@code algorithm}. */
  public static final Keys<CpoSettings> KEYS =
      Keys.of(
              CpoSettings.class,
              Key.choice("loss", Loss.class, "on the difference of log-probabilities")
                  .otherwise(Loss.SIGMOID),
              Key.number("beta", Range.above(0), "what that difference is multiplied by")
                  .otherwise(0.1),
              Key.number(
                      "labelSmoothing",
                      Range.atLeast(0),
                      "the share of pairs whose label is thought wrong; read by `sigmoid`")
                  .otherwise(0.0),
              Key.number(
                      "alpha",
                      Range.atLeast(0),
                      "what the chosen answers' negative log-likelihood a token counts")
                  .otherwise(1.0)
                  .also("cpo_alpha"))
          .rule(
              "labelSmoothing",
              s -> s.labelSmoothing < 0.5,
              s -> "is " + s.labelSmoothing + ", must be below 0.5");

  /** What is made of the difference. */
  public enum Loss {
    SIGMOID,
    HINGE,
    IPO
  }

  /** What is minimised; {@code ipo} is on means over tokens, as TRL's. */
  public PreferenceLoss minimised() {
    Link link =
        switch (loss) {
          case SIGMOID -> Links.conservative(beta, labelSmoothing);
          case HINGE -> Links.hinge(beta);
          case IPO -> Links.ipo(beta);
        };
    boolean perToken = loss == Loss.IPO;
    Term term = new Term(link, 1, perToken ? Score.PER_TOKEN : Score.RATIOS);
    return PreferenceLoss.of(
        List.of(term),
        Likelihood.ofAnswers(alpha),
        perToken ? Logged.perToken(beta) : Logged.of(beta));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Keys<CpoSettings> keys() {
    return KEYS;
  }
}
