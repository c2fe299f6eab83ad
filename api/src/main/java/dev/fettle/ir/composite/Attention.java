package dev.fettle.ir.composite;

import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Check;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.ir.op.Linalg.Precision;
import java.util.List;

/**
 * Scaled dot-product attention with grouped key and value heads: {@code softmax(q k^T scale + bias)
 * v}. Operands {@code q[batch, heads, query, headDim], k[batch, kvHeads, key, headDim], v[batch,
 * kvHeads, key, headDim], bias[batch, query, key]}; result like q. Query head h reads key head
 * {@code h / (heads / kvHeads)}. The bias is 0 where a query may look and hugely negative where
 * not; every query must be allowed one key.
 *
 * @param scale the factor on the scores, usually {@code 1 / sqrt(headDim)}
 * @param precision how products are rounded
 */
public record Attention(double scale, Precision precision) implements CompositeOp {

  /** What a bias holds where a query must not look: far below any score, yet finite. */
  public static final double MASKED = -1e30;

  /** Appends an attention. */
  public static Value of(
      GraphBuilder g, Attention attention, Value q, Value k, Value v, Value bias) {
    return g.emit(attention, List.of(q, k, v, bias)).get(0);
  }

  @Override
  public String name() {
    return "Attention";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Check.arity(this, in, 4);
    Check.sameFloats(this, in);
    Shape q = in.get(0).shape();
    Shape k = in.get(1).shape();
    Check.that(q.rank() == 4 && k.rank() == 4, this, in, "q and k need 4 axes");
    Check.that(
        q.dim(0).equals(k.dim(0)) && q.dim(3).equals(k.dim(3)), this, in, "q and k do not fit");
    Check.that(q.size(1) % k.size(1) == 0, this, in, "kvHeads must divide heads");
    Check.shape(this, in, 2, k);
    Check.shape(this, in, 3, Shape.of(q.dim(0), q.dim(2), k.dim(2)));
    return List.of(in.get(0));
  }

  @Override
  public List<Value> decompose(GraphBuilder g, List<Value> in) {
    Value q = in.get(0);
    Value k = in.get(1);
    Shape shape = q.shape();
    Dim batch = shape.dim(0);
    Dim query = shape.dim(2);
    Dim kv = k.shape().dim(1);
    Dim key = k.shape().dim(2);
    Dim group = new Dim("group", shape.size(1) / kv.size());
    // The query heads of one key head are laid under each other, so that keys are never repeated.
    Dim rows = new Dim("rows", group.size() * query.size());
    Value stacked = g.reshape(q, batch, kv, rows, shape.dim(3));
    Value scores = g.matmul(g.scale(stacked, scale), k, false, true, precision);
    Value apart = g.reshape(scores, batch, kv, group, query, key);
    Value biased = g.add(apart, g.broadcast(in.get(3), apart.shape(), List.of(0, 3, 4)));
    Value weights = g.reshape(Softmax.of(g, biased), batch, kv, rows, key);
    Value mixed = g.matmul(weights, in.get(2), false, false, precision);
    return List.of(g.reshape(mixed, shape));
  }
}
