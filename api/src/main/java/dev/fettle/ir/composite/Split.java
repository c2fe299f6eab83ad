package dev.fettle.ir.composite;

import dev.fettle.autodiff.VjpContext;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Check;
import dev.fettle.ir.op.CompositeOp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Cuts a tensor into consecutive parts along one axis, as a fused query-key-value projection. The
 * gradient is one concatenation, where that of separate slices would be a sum of padded tensors.
 *
 * @param axis from the front
 * @param parts the axis of each part, with its name; the sizes add up to the operand's
 */
public record Split(int axis, List<Dim> parts) implements CompositeOp {

  /** Keeps an immutable copy. */
  public Split {
    parts = List.copyOf(parts);
  }

  /** Appends a split; a negative axis counts from the end. */
  public static List<Value> of(GraphBuilder g, Value x, int axis, List<Dim> parts) {
    return g.emit(new Split(x.shape().normalize(axis), parts), List.of(x));
  }

  @Override
  public String name() {
    return "Split";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Check.arity(this, in, 1);
    Shape x = in.get(0).shape();
    long total = parts.stream().mapToLong(Dim::size).sum();
    Check.that(axis < x.rank() && total == x.size(axis), this, in, "parts must add up");
    return parts.stream().map(part -> in.get(0).withShape(x.with(axis, part))).toList();
  }

  @Override
  public List<Value> decompose(GraphBuilder g, List<Value> in) {
    List<Value> results = new ArrayList<>();
    long start = 0;
    for (Dim part : parts) {
      results.add(g.sliceAxis(in.get(0), axis, start, part));
      start += part.size();
    }
    return results;
  }

  @Override
  public boolean hasVjp() {
    return true;
  }

  @Override
  public List<Optional<Value>> vjp(VjpContext c) {
    GraphBuilder g = c.g();
    Dim whole = c.in(0).shape().dim(axis);
    List<Value> grads = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      Value d = c.grad(i);
      grads.add(g.reshape(d, d.shape().with(axis, whole.withSize(parts.get(i).size()))));
    }
    return VjpContext.one(g.concat(grads, axis));
  }
}
