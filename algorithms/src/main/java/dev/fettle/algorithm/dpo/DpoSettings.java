package dev.fettle.algorithm.dpo;

import dev.fettle.algorithm.preference.Divergence;
import dev.fettle.algorithm.preference.PreferenceLoss;
import dev.fettle.algorithm.preference.Term;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.PathKeys;
import dev.fettle.settings.Range;
import java.util.ArrayList;
import java.util.List;

/**
 * Direct preference optimisation and its family. Defaults are TRL's.
 *
 * @param loss one or several, added up with their weights
 * @param lossWeights one for each loss; all 1 where none are given
 * @param beta how strongly the policy is held to the reference
 * @param labelSmoothing the share of pairs whose label is thought wrong
 * @param discopopTau the temperature of {@code discopop}
 * @param reference {@link #START}, {@link #NONE} or a model directory
 * @param fDivergence from log-ratios to scores
 * @param fAlpha of {@code alpha_divergence}
 * @param ldAlpha what the tokens of the longer answer beyond the shorter one's length count
 */
public record DpoSettings(
    List<DpoLoss> loss,
    List<Double> lossWeights,
    double beta,
    double labelSmoothing,
    double discopopTau,
    String reference,
    Divergence fDivergence,
    double fAlpha,
    double ldAlpha)
    implements AlgorithmSettings {

  /** The name in a configuration. */
  public static final String TYPE = "dpo";

  /** The reference is the model that training begins with. */
  public static final String START = "start";

  /** There is no reference: log-probabilities are used as they are. */
  public static final String NONE = "none";

  /** Its keys in section {@code algorithm}. */
  public static final Keys<DpoSettings> KEYS =
      Keys.of(
              DpoSettings.class,
              Key.choice("loss", DpoLoss.class, "one loss, or several that are added up")
                  .list()
                  .otherwise(List.of(DpoLoss.SIGMOID))
                  .also("loss_type"),
              Key.number("lossWeights", Range.ANY, "one for each loss")
                  .list()
                  .otherwise(List.of(), "1 each")
                  .also("loss_weights"),
              Key.number("beta", Range.above(0), "how strongly the policy is held to the reference")
                  .otherwise(0.1),
              Key.number(
                      "labelSmoothing",
                      Range.atLeast(0),
                      "the share of pairs whose label is thought wrong; read by `cdpo`, `robust`,"
                          + " `exo_pair`, `aot` and `aot_unpaired`")
                  .otherwise(0.0)
                  .also("label_smoothing"),
              Key.number("discopopTau", Range.above(0), "the temperature of `discopop`")
                  .otherwise(0.05)
                  .also("discopop_tau"),
              PathKeys.wordOrDirectory(
                      "reference",
                      List.of(START, NONE),
                      "what the policy is held against: the model training begins with (`start`;"
                          + " with a fresh adapter, the model without it, at no cost), nothing, or"
                          + " another model's directory")
                  .otherwise(START)
                  .also("ref_model"),
              Key.choice(
                      "fDivergence",
                      Divergence.class,
                      "how far from the reference is measured; read by losses over scores")
                  .otherwise(Divergence.REVERSE_KL)
                  .also("f_divergence_type"),
              Key.number("fAlpha", Range.ANY, "the coefficient of `alpha_divergence`")
                  .otherwise(0.5)
                  .also("f_alpha_divergence_coef"),
              Key.number(
                      "ldAlpha",
                      Range.atLeast(0),
                      "what tokens of the longer answer beyond the shorter one's length count:"
                          + " LD-DPO; 1 for all alike")
                  .otherwise(1.0)
                  .also("ld_alpha"))
          .rule(
              "lossWeights",
              s -> s.fits(),
              s ->
                  "has "
                      + s.lossWeights.size()
                      + " entries for "
                      + s.loss.size()
                      + " losses; give one for each, or none")
          .rule(
              "labelSmoothing",
              s -> s.labelSmoothing < 0.5,
              s ->
                  "is "
                      + s.labelSmoothing
                      + "; half of the labels wrong says nothing, so it must be below 0.5")
          .rule(
              "labelSmoothing",
              s -> !s.loss.contains(DpoLoss.EXO_PAIR) || s.labelSmoothing > 0,
              s -> "is 0, but exo_pair needs some, as 0.001");

  /** Copies the lists. */
  public DpoSettings {
    loss = List.copyOf(loss);
    lossWeights = List.copyOf(lossWeights);
  }

  private boolean fits() {
    return lossWeights.isEmpty() || lossWeights.size() == loss.size();
  }

  /** What is minimised. */
  public PreferenceLoss minimised() {
    List<Term> terms = new ArrayList<>();
    double likelihood = 0;
    for (int i = 0; i < loss.size(); i++) {
      double weight = lossWeights.isEmpty() ? 1 : lossWeights.get(i);
      loss.get(i).term(this, weight).ifPresent(terms::add);
      likelihood += loss.get(i) == DpoLoss.SFT ? weight : 0;
    }
    return new PreferenceLoss(terms, likelihood, beta, fDivergence, fAlpha, ldAlpha);
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Keys<DpoSettings> keys() {
    return KEYS;
  }
}
