package dev.fettle.algorithm.slic;

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

/**
 * Sequence likelihood calibration with human feedback (2305.10425, eq. 2 and 3): {@code max(0,
 * delta - log p(w) + log p(l)) - lambda log p(w)}, log-probabilities summed over tokens, the chosen
 * answer being what the model is held to.
 *
 * @param delta the margin
 * @param lambda what the regularisation counts
 */
public record SlicSettings(double delta, double lambda) implements AlgorithmSettings {

  /** The name in a configuration. */
  public static final String TYPE = "slic";

  /** Its keys in section {@code algorithm}. */
  public static final Keys<SlicSettings> KEYS =
      Keys.of(
          SlicSettings.class,
          Key.number(
                  "delta",
                  Range.atLeast(0),
                  "by how much the chosen answer's log-probability is wanted above the other's")
              .otherwise(1.0),
          Key.number(
                  "lambda", Range.atLeast(0), "what the chosen answer's own log-probability counts")
              .otherwise(0.5));

  /** What is minimised. */
  public PreferenceLoss minimised() {
    return PreferenceLoss.of(
        List.of(
            new Term(Links.margin(delta), 1, Score.RATIOS),
            new Term(Links.unlikelihoodOfChosen(), lambda, Score.RATIOS)),
        Likelihood.NONE,
        Logged.of(1));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Keys<SlicSettings> keys() {
    return KEYS;
  }
}
