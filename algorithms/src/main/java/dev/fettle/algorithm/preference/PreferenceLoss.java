package dev.fettle.algorithm.preference;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import java.util.List;

/**
 * What a preference objective minimises: {@code sum_k weight_k mean_pairs link_k + likelihood
 * mean_tokens -log p(chosen)}.
 *
 * @param terms over pairs
 * @param likelihood the weight of the chosen answers' negative log-likelihood, a mean over all
 *     their tokens in the step
 * @param beta what rewards are log-ratios times
 * @param divergence from log-ratios to scores
 * @param alpha of {@link Divergence#ALPHA_DIVERGENCE}
 * @param tail what the tokens of the longer answer that lie beyond the shorter one's length count:
 *     LD-DPO (2409.06411); 1 for all alike
 */
public record PreferenceLoss(
    List<Term> terms,
    double likelihood,
    double beta,
    Divergence divergence,
    double alpha,
    double tail) {

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
    Pairs scores =
        pairs.scored(
            divergence.score(g, pairs.chosen(), alpha),
            divergence.score(g, pairs.rejected(), alpha));
    Value total = g.fill(0, pairs.chosen().type());
    for (Term term : terms) {
      Value each = term.link().loss(term.of() == Term.Of.SCORES ? scores : pairs);
      total = g.add(total, g.scale(each, term.weight()));
    }
    return total;
  }

  /** Terms over log-ratios as they are, all tokens alike. */
  public static PreferenceLoss of(List<Term> terms, double likelihood, double beta) {
    return new PreferenceLoss(terms, likelihood, beta, Divergence.REVERSE_KL, 1, 1);
  }
}
