package dev.fettle.tck;

import dev.fettle.autodiff.Gradients;
import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.HostTensor;
import dev.fettle.tck.cases.OpCase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Programs made from a case: one for its results, one for its gradients. */
public final class CasePrograms {
  private CasePrograms() {}

  /** Inputs {@code in0, in1, ...} to outputs {@code out0, out1, ...}. */
  public static Program forward(OpCase c, DType floats) {
    ProgramBuilder b = new ProgramBuilder(c.name());
    List<Value> in = new ArrayList<>();
    for (TensorType type : c.types(floats)) {
      in.add(b.input("in" + in.size(), type));
    }
    int i = 0;
    for (Value v : c.emit(b.g(), floats, in)) {
      b.output("out" + i++, v);
    }
    return b.build();
  }

  /** The operands by their names in both programs. */
  public static Map<String, HostTensor> operands(OpCase c, DType floats) {
    Map<String, HostTensor> named = new LinkedHashMap<>();
    for (HostTensor t : c.operands(floats)) {
      named.put("in" + named.size(), t);
    }
    return named;
  }

  /**
   * The projected loss {@code sum over results of sum(result * cotangent)} with a fixed cotangent
   * for each, and its gradient {@code grad0, ...} for each smooth operand; those are state slots.
   */
  static Program gradient(OpCase c, DType floats) {
    ProgramBuilder b = new ProgramBuilder(c.name() + "/gradient");
    List<Value> in = new ArrayList<>();
    List<Value> smooth = new ArrayList<>();
    List<Integer> which = new ArrayList<>();
    for (int i = 0; i < c.args().size(); i++) {
      TensorType type = c.types(floats).get(i);
      if (c.args().get(i).smooth()) {
        Value v = b.state(new Slot("in" + i, type), true);
        smooth.add(v);
        which.add(i);
        in.add(v);
      } else {
        in.add(b.input("in" + i, type));
      }
    }
    Value loss = projected(b.g(), c, c.emit(b.g(), floats, in));
    b.output("loss", loss);
    List<Value> grads = Gradients.of(b.g(), loss, smooth);
    for (int i = 0; i < which.size(); i++) {
      b.output("grad" + which.get(i), grads.get(i));
    }
    return b.build();
  }

  private static Value projected(GraphBuilder g, OpCase c, List<Value> results) {
    Value loss = null;
    for (int i = 0; i < Math.min(results.size(), c.gradients()); i++) {
      Value y = results.get(i);
      if (y.dtype().isFloat()) {
        Value term = g.sumAll(g.mul(y, cotangent(g, y.type(), i)));
        loss = loss == null ? term : g.add(loss, term);
      }
    }
    if (loss == null) {
      throw new IllegalStateException(c + " has no float result");
    }
    return loss;
  }

  /** Different weights for each element, so that no error cancels: sin(1 + i + 3k). */
  private static Value cotangent(GraphBuilder g, TensorType type, int result) {
    List<Double> weights = new ArrayList<>();
    for (int i = 0; i < type.shape().elements(); i++) {
      weights.add((double) (float) Math.sin(1 + i + 3 * result));
    }
    return g.constant(type, weights);
  }
}
