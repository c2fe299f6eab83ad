package dev.fettle.ir.composite;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Check;
import dev.fettle.ir.op.CompositeOp;
import java.util.List;

/** The sum of the squares of all elements: a scalar, the square of the Euclidean norm. */
public record SumOfSquares() implements CompositeOp {

  /** Appends a sum of squares. */
  public static Value of(GraphBuilder g, Value x) {
    return g.emitOne(new SumOfSquares(), x);
  }

  @Override
  public String name() {
    return "SumOfSquares";
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Check.arity(this, in, 1);
    Check.floats(this, in);
    return List.of(TensorType.scalar(in.get(0).dtype()));
  }

  @Override
  public List<Value> decompose(GraphBuilder g, List<Value> in) {
    return List.of(g.sumAll(g.mul(in.get(0), in.get(0))));
  }
}
