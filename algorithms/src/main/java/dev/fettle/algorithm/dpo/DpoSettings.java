package dev.fettle.algorithm.dpo;

import dev.fettle.algorithm.preference.Divergence;
import dev.fettle.algorithm.preference.HeldReference;
import dev.fettle.algorithm.preference.Likelihood;
import dev.fettle.algorithm.preference.Logged;
import dev.fettle.algorithm.preference.PreferenceLoss;
import dev.fettle.algorithm.preference.SyncSettings;
import dev.fettle.algorithm.preference.Term;
import dev.fettle.algorithm.preference.Weighting;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.PathKeys;
import dev.fettle.settings.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Direct preference optimisation and its family. Defaults are TRL's.
 *
 * @param loss one or several, added up with their weights
 * @param lossWeights one for each loss; all 1 where none are given
 * @param beta how strongly the policy is held to the reference
 * @param labelSmoothing the share of pairs whose label is thought wrong
 * @param discopopTau the temperature of {@code discopop}
 * @param reference {@link HeldReference#START}, {@link HeldReference#NONE} or a model directory
 * @param fDivergence from log-ratios to scores
 * @param fAlpha of {@code alpha_divergence}
 * @param ldAlpha what the tokens of the longer answer beyond the shorter one's length count
 * @param weighting of pairs
 * @param precomputeReference whether the reference is asked once for all pairs, before training
 * @param syncReference how the reference follows the policy; empty where it stays as it is
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
    double ldAlpha,
    Weighting weighting,
    boolean precomputeReference,
    Optional<SyncSettings> syncReference)
    implements AlgorithmSettings {

  /** The name in a configuration. */
  public static final String TYPE = "dpo";

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
                      List.of(HeldReference.START, HeldReference.NONE),
                      "what the policy is held against: the model training begins with (`start`;"
                          + " with a fresh adapter, the model without it, at no cost), nothing, or"
                          + " another model's directory")
                  .otherwise(HeldReference.START)
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
                  .also("ld_alpha"),
              Key.choice(
                      "weighting",
                      Weighting.class,
                      "what pairs' losses are multiplied by: how likely the policy itself is to give"
                          + " both answers (`wpo`), or nothing")
                  .otherwise(Weighting.NONE)
                  .also("use_weighting"),
              Key.flag(
                      "precomputeReference",
                      "ask the reference once for all pairs before training, keep what it says in"
                          + " the run's `cache/`, and hold no reference while training")
                  .otherwise(false)
                  .also("precompute_ref_log_probs"),
              Key.section(
                      "syncReference",
                      SyncSettings.KEYS,
                      "let the reference follow the policy: TR-DPO")
                  .optional("it stays as it is")
                  .also("sync_ref_model"))
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
              s -> "is 0, but exo_pair needs some, as 0.001")
          .rule(
              "weighting",
              s -> s.weighting == Weighting.NONE || s.loss.stream().noneMatch(DpoLoss::sorts),
              s ->
                  "is of pairs, and aot and aot_unpaired sort answers out of theirs; leave one out")
          .rule(
              "precomputeReference",
              s -> !s.precomputeReference || s.syncReference.isEmpty(),
              s -> "is for a reference that stays as it is; leave syncReference out, or this")
          .rule(
              "precomputeReference",
              s -> !s.precomputeReference || s.isHeld(),
              s -> "is given, but reference: none leaves nothing to compute; leave one out")
          .rule(
              "syncReference",
              s -> s.syncReference.isEmpty() || s.isHeld(),
              s -> "is given, but reference: none leaves nothing to follow; leave one out");

  /** Copies the lists. */
  public DpoSettings {
    loss = List.copyOf(loss);
    lossWeights = List.copyOf(lossWeights);
  }

  private boolean fits() {
    return lossWeights.isEmpty() || lossWeights.size() == loss.size();
  }

  /** Whether there is a reference. */
  boolean isHeld() {
    return !reference.equals(HeldReference.NONE);
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
    return PreferenceLoss.of(terms, Likelihood.ofAnswers(likelihood), Logged.of(beta))
        .withTail(ldAlpha)
        .weighted(weighting);
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
