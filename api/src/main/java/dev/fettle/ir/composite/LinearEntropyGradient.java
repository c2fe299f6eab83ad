package dev.fettle.ir.composite;

import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.IrException;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Check;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.ir.op.Linalg.Precision;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient of {@code sum(weights entropy)} of next-token predictions, a chunk of rows at a
 * time: what flows back through {@link LinearCrossEntropy.Result#ENTROPY}. Operands {@code
 * hidden[tokens, embed], weight[vocab, embed], weights[tokens]}; results the gradients for hidden
 * and weight. With {@code H = -sum p log p}, {@code dH/dx = -p (log p + H)}.
 *
 * @param chunk rows whose logits exist at one time
 * @param precision how products are rounded
 */
public record LinearEntropyGradient(int chunk, Precision precision) implements CompositeOp {
  /** Checks the chunk. */
  public LinearEntropyGradient {
    if (chunk < 1) {
      throw new IrException("LinearEntropyGradient needs a chunk of at least one row");
    }
  }

  @Override
  public String name() {
    return "LinearEntropyGradient";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Check.arity(this, in, 3);
    TensorType hidden = in.get(0);
    Check.that(
        hidden.rank() == 2 && in.get(1).rank() == 2, this, in, "hidden and weight need 2 axes");
    Check.that(
        hidden.shape().dim(1).equals(in.get(1).shape().dim(1)), this, in, "embed must agree");
    Check.sameFloats(this, in);
    TensorType row = TensorType.of(hidden.dtype(), hidden.shape().dim(0));
    Check.that(in.get(2).equals(row), this, in, "weights must be " + row);
    return List.of(hidden, in.get(1));
  }

  @Override
  public List<Value> decompose(GraphBuilder g, List<Value> in) {
    Dim tokens = in.get(0).shape().dim(0);
    List<Value> hiddenGrads = new ArrayList<>();
    Value weightGrad = g.fill(0, in.get(1).type());
    for (long start = 0; start < tokens.size(); start += chunk) {
      Dim rows = tokens.withSize(Math.min(chunk, tokens.size() - start));
      Value hidden = g.sliceAxis(in.get(0), 0, start, rows);
      if (start > 0) {
        // One chunk after the other, so that the logits of one exist at a time.
        List<Value> ordered = g.barrier(List.of(hidden, last(hiddenGrads), weightGrad));
        hidden = ordered.get(0);
        hiddenGrads.set(hiddenGrads.size() - 1, ordered.get(1));
        weightGrad = ordered.get(2);
      }
      Value weights = g.sliceAxis(in.get(2), 0, start, rows);
      Value logitGrad = ofLogits(g, g.matmul(hidden, in.get(1), false, true, precision));
      Value ofHidden = g.matmul(logitGrad, in.get(1), false, false, precision);
      hiddenGrads.add(g.mul(ofHidden, g.broadcastColumn(weights, hidden.shape())));
      Value weighted = g.mul(hidden, g.broadcastColumn(weights, hidden.shape()));
      weightGrad = g.add(weightGrad, g.matmul(logitGrad, weighted, true, false, precision));
    }
    return List.of(g.concat(hiddenGrads, 0), weightGrad);
  }

  private static Value last(List<Value> values) {
    return values.get(values.size() - 1);
  }

  /** {@code -p (log p + H)}, in which the largest logit cancels. */
  private static Value ofLogits(GraphBuilder g, Value logits) {
    Shape shape = logits.shape();
    Value max = g.reduceMax(logits, List.of(1));
    Value shifted = g.sub(logits, g.broadcastColumn(max, shape));
    Value e = g.exp(shifted);
    Value sum = g.sum(e, List.of(1));
    Value p = g.div(e, g.broadcastColumn(sum, shape));
    // log p + H = (shifted - log sum) + (log sum - sum(p shifted)): the logarithm cancels, too.
    Value mean = g.sum(g.mul(p, shifted), List.of(1));
    return g.mul(p, g.sub(g.broadcastColumn(mean, shape), shifted));
  }
}
