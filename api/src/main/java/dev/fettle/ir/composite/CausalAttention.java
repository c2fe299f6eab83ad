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
import java.util.Optional;

/**
 * Attention along rows in which no query sees a key behind it, a block of queries at a time: {@code
 * softmax(q k^T scale) v} over the keys a {@link Visibility} allows. Operands {@code q[batch,
 * heads, seq, headDim], k[batch, kvHeads, seq, headDim], v} like k, then the visibility's
 * attributes, each {@code I32[batch, seq]}. Results: one like q, and {@code total[batch, heads,
 * seq]}, the logarithm of the sum of each query's exponentials.
 *
 * <p>A block of queries meets only the keys up to its own end, and within reach. Scores, mask and
 * probabilities exist for one block at a time. None are kept for the reverse sweep: there, the
 * probabilities are {@code p = e^(score - total)} again (Dao et al., 2022, FlashAttention,
 * algorithm 4), so that memory grows with the length of a row, not with its square.
 *
 * @param scale the factor on the scores, usually {@code 1 / sqrt(headDim)}
 * @param precision how products are rounded, forwards and backwards
 * @param block queries of a block; the last one may be smaller
 * @param visibility which of the earlier keys a query may see
 */
public record CausalAttention(double scale, Precision precision, int block, Visibility visibility)
    implements CompositeOp {

  private static final int SHORT_ROW = 256;
  private static final int LONG_ROW = 2048;

  /** Checks the block. */
  public CausalAttention {
    if (block < 1) {
      throw new IrException("CausalAttention needs blocks of at least one query");
    }
  }

  /**
   * Queries of a block for rows of a length, as measured: short rows gain nothing from blocks, and
   * the smaller they are the less is computed in vain, but the longer the program is.
   */
  public static int usualBlock(long seq) {
    return seq <= SHORT_ROW || seq > LONG_ROW ? 256 : 128;
  }

  /**
   * Appends an attention. A row no longer than a block is one {@link Attention}, whose mask and
   * probabilities are kept.
   */
  public static Value of(
      GraphBuilder g, CausalAttention op, Value q, Value k, Value v, List<Value> attributes) {
    if (q.shape().size(2) > op.block) {
      return g.emit(op, operands(q, k, v, attributes)).get(0);
    }
    Value renamedQ = g.reshape(q, q.shape().with(2, new Dim("query", q.shape().size(2))));
    Dim key = new Dim("key", k.shape().size(2));
    Value renamedK = g.reshape(k, k.shape().with(2, key));
    Value renamedV = g.reshape(v, v.shape().with(2, key));
    Value bias = QueryBlocks.bias(g, op.visibility, q.type(), attributes);
    Attention whole = new Attention(op.scale, op.precision);
    return g.reshape(Attention.of(g, whole, renamedQ, renamedK, renamedV, bias), q.shape());
  }

  @Override
  public String name() {
    return "CausalAttention";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Check.that(in.size() >= 3, this, in, "takes q, k, v and attributes");
    Check.sameFloats(this, in.subList(0, 3));
    Shape q = in.get(0).shape();
    Shape k = in.get(1).shape();
    Check.that(q.rank() == 4 && k.rank() == 4, this, in, "q and k need 4 axes");
    boolean fit =
        q.dim(0).equals(k.dim(0)) && q.dim(2).equals(k.dim(2)) && q.dim(3).equals(k.dim(3));
    Check.that(fit, this, in, "q and k do not fit");
    Check.that(q.size(1) % k.size(1) == 0, this, in, "kvHeads must divide heads");
    Check.shape(this, in, 2, k);
    for (int i = 3; i < in.size(); i++) {
      Check.dtype(this, in, i, DType.I32);
      Check.shape(this, in, i, Shape.of(q.dim(0), q.dim(2)));
    }
    return List.of(in.get(0), in.get(0).withShape(q.without(List.of(3))));
  }

  @Override
  public List<Value> decompose(GraphBuilder g, List<Value> in) {
    Shape shape = in.get(0).shape();
    QueryBlocks blocks =
        new QueryBlocks(g, this, shape, in.get(1), in.get(2), in.subList(3, in.size()));
    List<Value> queries = blocks.cut(in.get(0));
    List<Value> mixed = new ArrayList<>();
    List<Value> totals = new ArrayList<>();
    for (QueryBlocks.Block b : blocks.backwards()) {
      boolean later = !mixed.isEmpty();
      List<Value> before = later ? List.of(mixed.get(0), totals.get(0)) : List.of();
      QueryBlocks.View view = blocks.view(b, before);
      if (later) {
        mixed.set(0, view.waited().get(0));
        totals.set(0, view.waited().get(1));
      }
      Value rows = g.scale(blocks.stacked(queries.get(b.index())), scale);
      Value scores = blocks.scores(rows, view, b);
      Value weights = Softmax.of(g, scores);
      // The largest weight is e^(largest score - total), and never underflows.
      List<Integer> keys = List.of(4);
      Value total = g.sub(g.reduceMax(scores, keys), g.log(g.reduceMax(weights, keys)));
      Value own = g.matmul(blocks.rows(weights), view.values(), false, false, precision);
      mixed.add(0, blocks.unstacked(own, b));
      totals.add(0, g.reshape(total, shape.dim(0), shape.dim(1), b.query()));
    }
    return List.of(blocks.joined(mixed), blocks.joined(totals));
  }

  @Override
  public boolean hasVjp() {
    return true;
  }

  /** Flows through the first result only. */
  @Override
  public List<Optional<Value>> vjp(VjpContext c) {
    c.refuseFrom(1, name(), 2);
    List<Value> in = new ArrayList<>(List.of(c.in(0), c.in(1), c.in(2)));
    in.addAll(List.of(c.out(0), c.out(1), c.grad(0)));
    for (int i = 3; i < c.arity(); i++) {
      in.add(c.in(i));
    }
    List<Optional<Value>> grads = new ArrayList<>();
    c.g().emit(new Grad(this), in).forEach(d -> grads.add(Optional.of(d)));
    while (grads.size() < c.arity()) {
      grads.add(Optional.empty());
    }
    return grads;
  }

  private static List<Value> operands(Value q, Value k, Value v, List<Value> attributes) {
    List<Value> all = new ArrayList<>(List.of(q, k, v));
    all.addAll(attributes);
    return all;
  }

  /**
   * The gradients for q, k and v, from {@code q, k, v}, both results, the gradient of the first,
   * and the attributes.
   *
   * @param of the attention
   */
  public record Grad(CausalAttention of) implements CompositeOp {
    @Override
    public String name() {
      return "CausalAttentionGrad";
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
      Check.that(in.size() >= 6, this, in, "takes q, k, v, both results, a gradient, attributes");
      List<TensorType> operands = new ArrayList<>(in.subList(0, 3));
      operands.addAll(in.subList(6, in.size()));
      List<TensorType> results = of.infer(operands);
      Check.that(in.subList(3, 5).equals(results), this, in, "results must be " + results);
      Check.that(in.get(5).equals(in.get(0)), this, in, "the gradient must be " + in.get(0));
      return in.subList(0, 3);
    }

    @Override
    public List<Value> decompose(GraphBuilder g, List<Value> in) {
      return new BlockGradients(g, of, in).all();
    }
  }
}
