package dev.fettle.algorithm.preference;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import java.util.List;

/**
 * What a preference objective minimises: {@code sum_k weight_k mean_pairs link_k + likelihood
 * mean_tokens -log p(chosen)}.
 *
 * @param terms over pairs
 * @param likelihood of chosen answers
 * @param logged what is logged beside the loss
 * @param tail what the tokens of the longer answer that lie beyond the shorter one's length count:
 *     LD-DPO (2409.06411); 1 for all alike
 * @param weighting of the terms over pairs
 * @param target what the log-probability of a pair's target counts in place of its chosen answer's,
 *     where it has a target: a term over the chosen answers' log-probabilities of this weight is
 *     one over the targets'. 0 where targets are not asked for
 */
public record PreferenceLoss(
    List<Term> terms,
    Likelihood likelihood,
    Logged logged,
    double tail,
    Weighting weighting,
    double target) {

  /** Copies the list. */
  public PreferenceLoss {
    terms = List.copyOf(terms);
  }

  /**
   * Appends the terms' loss of each pair, with their weights.
   *
   * @param pairs with log-ratios, or log-probabilities where there is no reference
   */
  Value of(Pairs pairs) {
    GraphBuilder g = pairs.g();
    Value total = g.fill(0, pairs.chosen().type());
    for (Term term : terms) {
      total = g.add(total, term.of(pairs));
    }
    return total;
  }

  /** Terms that count all tokens and all pairs alike. */
  public static PreferenceLoss of(List<Term> terms, Likelihood likelihood, Logged logged) {
    return new PreferenceLoss(terms, likelihood, logged, 1, Weighting.NONE, 0);
  }

  /** The same with longer answers' tails counting so much. */
  public PreferenceLoss withTail(double other) {
    return new PreferenceLoss(terms, likelihood, logged, other, weighting, target);
  }

  /** The same with pairs weighted. */
  public PreferenceLoss weighted(Weighting other) {
    return new PreferenceLoss(terms, likelihood, logged, tail, other, target);
  }

  /** The same with targets in place of chosen answers where pairs have one. */
  public PreferenceLoss heldToTargets(double weight) {
    return new PreferenceLoss(terms, likelihood, logged, tail, weighting, weight);
  }
}
