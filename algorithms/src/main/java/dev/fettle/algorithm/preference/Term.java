package dev.fettle.algorithm.preference;

import dev.fettle.ir.Value;

/**
 * A part of a preference loss.
 *
 * @param link from scores to the loss of a pair
 * @param weight what its mean over pairs is multiplied by
 * @param score what the link is given of the two answers
 */
public record Term(Link link, double weight, Score score) {

  /** Appends its loss of each pair, with its weight. */
  Value of(Pairs pairs) {
    return pairs.g().scale(link.loss(score.of(pairs)), weight);
  }
}
