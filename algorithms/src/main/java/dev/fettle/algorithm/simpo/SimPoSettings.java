package dev.fettle.algorithm.simpo;

import dev.fettle.algorithm.preference.Links;
import dev.fettle.algorithm.preference.PreferenceLoss;
import dev.fettle.algorithm.preference.Term;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.util.List;

/**
 * Simple preference optimisation (2405.14734): {@code -log s(beta (a(w) - a(l)) - gamma)}, {@code
 * a} the mean log-probability of an answer's tokens.
 *
 * @param beta what the difference is multiplied by
 * @param gamma by how much the chosen answer is wanted ahead
 * @param alpha what the chosen answers' negative log-likelihood counts; 0 in the paper
 */
public record SimPoSettings(double beta, double gamma, double alpha) implements AlgorithmSettings {

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
                  "alpha",
                  Range.atLeast(0),
                  "what the chosen answers' negative log-likelihood a token counts")
              .otherwise(0.0));

  /** What is minimised. */
  public PreferenceLoss minimised() {
    Term term = new Term(Links.perToken(Links.sigmoidBeyond(beta, gamma)), 1, Term.Of.RATIOS);
    return PreferenceLoss.of(List.of(term), alpha, beta);
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
