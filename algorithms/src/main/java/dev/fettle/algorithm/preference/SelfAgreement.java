package dev.fettle.algorithm.preference;

import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.objective.TokenLogProbs.Scored;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code log sum_v p(v)^2} of each prediction: the expected log-likelihood scale that WPO aligns
 * token probabilities with. The logits exist a chunk at a time, and once more than the loss needs
 * them.
 */
final class SelfAgreement {

  private SelfAgreement() {}

  /**
   * Appends it; no gradient flows through.
   *
   * @param chunk positions whose logits exist at one time
   * @return F32[selected]
   */
  static Value of(GraphBuilder g, Scored scored, int chunk, Precision precision) {
    Value rows = g.stopGradient(scored.rows());
    Value head = g.stopGradient(scored.head());
    Dim all = rows.shape().dim(0);
    List<Value> parts = new ArrayList<>();
    for (long start = 0; start < all.size(); start += chunk) {
      Dim some = all.withSize(Math.min(chunk, all.size() - start));
      Value part = g.sliceAxis(rows, 0, start, some);
      if (!parts.isEmpty()) {
        // One chunk after the other.
        List<Value> ordered = g.barrier(List.of(part, parts.get(parts.size() - 1)));
        part = ordered.get(0);
        parts.set(parts.size() - 1, ordered.get(1));
      }
      parts.add(ofLogits(g, g.matmul(part, head, false, true, precision)));
    }
    return g.concat(parts, 0);
  }

  /** {@code log sum e^2x - 2 log sum e^x}, in which the largest logit cancels. */
  private static Value ofLogits(GraphBuilder g, Value logits) {
    Value max = g.reduceMax(logits, List.of(1));
    Value e = g.exp(g.sub(logits, g.broadcastColumn(max, logits.shape())));
    Value ones = g.log(g.sum(e, List.of(1)));
    Value squares = g.log(g.sum(g.mul(e, e), List.of(1)));
    return g.sub(squares, g.scale(ones, 2));
  }
}
