package dev.fettle.algorithm.preference;

import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.objective.TokenLogProbs.Scored;
import java.util.List;

/** The mean of each position's logits over the vocabulary, without the logits. */
public final class MeanLogits {

  private MeanLogits() {}

  /**
   * Appends it.
   *
   * @return F32[selected]
   */
  public static Value of(GraphBuilder g, Scored scored) {
    Value head = scored.head();
    Dim one = new Dim("mean", 1);
    Value sum = g.sum(head, List.of(0));
    Value mean = g.reshape(g.scale(sum, 1.0 / head.shape().size(0)), one, head.shape().dim(1));
    Value column = g.matmul(scored.rows(), g.reshape(mean, mean.shape().dim(1), one));
    return g.reshape(column, scored.weights().shape());
  }
}
