package dev.fettle.ir.composite;

import dev.fettle.autodiff.VjpContext;
import dev.fettle.ir.DType;
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
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Token log-likelihoods straight from hidden states, a chunk of rows at a time, so that the full
 * logits {@code [tokens, vocab]} never exist. Operands {@code hidden[tokens, embed], weight[vocab,
 * embed], targets I32[tokens], weights[tokens]}.
 *
 * <p>Results, by {@link Result}: the scalar {@code loss = sum(weights nll)}, {@code nll[tokens]},
 * the {@code entropy[tokens]} of each prediction, {@code correct[tokens]} (1 where the target is a
 * most likely class), and the gradients of the loss for hidden and weight, which are found in the
 * same pass over each chunk. Results nobody reads are dropped.
 *
 * <p>A gradient may flow through the loss, nll or entropy; through the latter two the chunks are
 * computed again in the reverse sweep.
 *
 * @param chunk rows whose logits exist at one time
 * @param precision how products are rounded
 */
public record LinearCrossEntropy(int chunk, Precision precision) implements CompositeOp {

  /** The results in order. */
  public enum Result {
    LOSS(0),
    NLL(1),
    ENTROPY(2),
    CORRECT(3),
    HIDDEN_GRADIENT(4),
    WEIGHT_GRADIENT(5);

    private final int index;

    Result(int index) {
      this.index = index;
    }

    /** This one of the operation's results. */
    public Value of(List<Value> results) {
      return results.get(index);
    }
  }

  private static final int FIRST_GRADIENT = Result.HIDDEN_GRADIENT.index;

  /** Checks the chunk. */
  public LinearCrossEntropy {
    if (chunk < 1) {
      throw new IrException("LinearCrossEntropy needs a chunk of at least one row");
    }
  }

  /** Appends the operation; read the results by {@link Result#of}. */
  public static List<Value> of(
      GraphBuilder g,
      LinearCrossEntropy op,
      Value hidden,
      Value weight,
      Value targets,
      Value weights) {
    return g.emit(op, List.of(hidden, weight, targets, weights));
  }

  @Override
  public String name() {
    return "LinearCrossEntropy";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Check.arity(this, in, 4);
    TensorType hidden = in.get(0);
    Check.that(
        hidden.rank() == 2 && in.get(1).rank() == 2, this, in, "hidden and weight need 2 axes");
    Check.that(
        hidden.shape().dim(1).equals(in.get(1).shape().dim(1)), this, in, "embed must agree");
    Check.sameFloats(this, List.of(hidden, in.get(1), in.get(3)));
    Check.dtype(this, in, 2, DType.I32);
    TensorType row = TensorType.of(hidden.dtype(), hidden.shape().dim(0));
    Check.shape(this, in, 2, row.shape());
    Check.that(in.get(3).equals(row), this, in, "weights must be " + row);
    TensorType scalar = TensorType.scalar(hidden.dtype());
    return List.of(scalar, row, row, row, hidden, in.get(1));
  }

  @Override
  public List<Value> decompose(GraphBuilder g, List<Value> in) {
    Dim tokens = in.get(0).shape().dim(0);
    List<List<Value>> columns = new ArrayList<>();
    for (int i = 0; i < Result.values().length; i++) {
      columns.add(new ArrayList<>());
    }
    Value weightGrad = null;
    Value before = null;
    for (long start = 0; start < tokens.size(); start += chunk) {
      Dim rows = tokens.withSize(Math.min(chunk, tokens.size() - start));
      Value hidden = g.sliceAxis(in.get(0), 0, start, rows);
      if (before != null && weightGrad != null) {
        // One chunk after the other: the next may not start before the last one's results are in.
        List<Value> ordered = g.barrier(List.of(hidden, before, weightGrad));
        hidden = ordered.get(0);
        last(columns, Result.NLL, ordered.get(1));
        weightGrad = ordered.get(2);
      }
      Value targets = g.sliceAxis(in.get(2), 0, start, rows);
      Value weights = g.sliceAxis(in.get(3), 0, start, rows);
      Chunk c = chunk(g, hidden, in.get(1), targets, weights);
      weightGrad = weightGrad == null ? c.weightGrad : g.add(weightGrad, c.weightGrad);
      before = c.nll;
      columns.get(Result.NLL.index).add(c.nll);
      columns.get(Result.ENTROPY.index).add(c.entropy);
      columns.get(Result.CORRECT.index).add(c.correct);
      columns.get(Result.HIDDEN_GRADIENT.index).add(c.hiddenGrad);
    }
    columns.get(Result.WEIGHT_GRADIENT.index).add(Objects.requireNonNull(weightGrad));
    return join(g, columns, in.get(3));
  }

  private static void last(List<List<Value>> columns, Result result, Value value) {
    List<Value> column = columns.get(result.index);
    column.set(column.size() - 1, value);
  }

  private static List<Value> join(GraphBuilder g, List<List<Value>> columns, Value weights) {
    List<Value> results = new ArrayList<>();
    // From nll behind the barriers, so that these stay where the loss alone is wanted.
    Value nll = g.concat(columns.get(Result.NLL.index), 0);
    results.add(g.sumAll(g.mul(weights, nll)));
    results.add(nll);
    for (Result r : List.of(Result.ENTROPY, Result.CORRECT, Result.HIDDEN_GRADIENT)) {
      results.add(g.concat(columns.get(r.index), 0));
    }
    results.add(columns.get(Result.WEIGHT_GRADIENT.index).get(0));
    return results;
  }

  private record Chunk(
      Value nll, Value entropy, Value correct, Value hiddenGrad, Value weightGrad) {}

  private Chunk chunk(GraphBuilder g, Value hidden, Value weight, Value targets, Value weights) {
    Value logits = g.matmul(hidden, weight, false, true, precision);
    List<Value> ce = CrossEntropy.of(g, logits, targets);
    Value nll = ce.get(0);
    Value residual = ce.get(1);
    Shape rows = nll.shape();
    // With r = p - onehot: entropy = logsumexp - sum(p x) = nll - sum(r x).
    Value entropy = g.sub(nll, g.sum(g.mul(residual, logits), List.of(1)));
    Value index = g.reshape(targets, rows.dim(0), new Dim("one", 1));
    Value own = g.reshape(g.takeAlong(logits, index, 1), rows);
    Value best = g.reduceMax(logits, List.of(1));
    Value correct = g.cast(g.equal(own, best), logits.dtype());
    // The row weights are applied on the narrow side: to [rows, embed], not to [rows, vocab].
    Value hiddenGrad =
        g.mul(
            g.matmul(residual, weight, false, false, precision),
            g.broadcastColumn(weights, hidden.shape()));
    Value weighted = g.mul(hidden, g.broadcastColumn(weights, hidden.shape()));
    Value weightGrad = g.matmul(residual, weighted, true, false, precision);
    return new Chunk(nll, entropy, correct, hiddenGrad, weightGrad);
  }

  private List<Value> entropyGradients(VjpContext c, Value weights) {
    LinearEntropyGradient op = new LinearEntropyGradient(chunk, precision);
    return c.g().emit(op, List.of(c.in(0), c.in(1), weights));
  }

  @Override
  public boolean hasVjp() {
    return true;
  }

  @Override
  public List<Optional<Value>> vjp(VjpContext c) {
    GraphBuilder g = c.g();
    for (int i = Result.CORRECT.index; i < Result.values().length; i++) {
      if (c.gradIfAny(i).isPresent()) {
        throw new IrException("LinearCrossEntropy has no gradient through " + Result.values()[i]);
      }
    }
    List<Optional<Value>> grads = new ArrayList<>();
    int[] results = {Result.HIDDEN_GRADIENT.index, Result.WEIGHT_GRADIENT.index};
    for (int operand = 0; operand < 2; operand++) {
      int result = results[operand];
      grads.add(
          c.when(
              operand,
              () -> {
                Optional<Value> viaLoss =
                    c.gradIfAny(Result.LOSS.index).map(d -> g.scaleBy(c.out(result), d));
                Optional<Value> viaNll =
                    c.gradIfAny(Result.NLL.index)
                        .map(d -> of(g, this, c.in(0), c.in(1), c.in(2), d).get(result));
                Optional<Value> viaEntropy =
                    c.gradIfAny(Result.ENTROPY.index)
                        .map(d -> entropyGradients(c, d).get(result - FIRST_GRADIENT));
                return Stream.of(viaLoss, viaNll, viaEntropy)
                    .flatMap(Optional::stream)
                    .reduce(g::add)
                    .orElseGet(() -> g.fill(0, c.out(result).type()));
              }));
    }
    grads.add(Optional.empty());
    Optional<Value> lossGrad = c.gradIfAny(Result.LOSS.index);
    grads.add(
        c.needs(3) ? lossGrad.map(d -> g.scaleBy(c.out(Result.NLL.index), d)) : Optional.empty());
    return grads;
  }
}
