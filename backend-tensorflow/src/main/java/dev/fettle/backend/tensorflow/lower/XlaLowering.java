package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Gelu;
import dev.fettle.ir.composite.LayerNorm;
import dev.fettle.ir.composite.RmsNorm;
import dev.fettle.ir.composite.Softmax;
import dev.fettle.ir.composite.SwiGlu;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.spi.support.Lowerings;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Composites compiled by XLA into one loop over their operands: each is a function whose body is
 * the composite's decomposition, shared by all calls on operands of the same types.
 *
 * <p>Matrix products stay outside: XLA's own are slower than oneDNN's. A function takes 50 to 120
 * ms to compile, so only large operands are worth one.
 */
final class XlaLowering {
  private static final Set<Class<? extends CompositeOp>> GROUPS =
      Set.of(
          Gelu.class,
          Gelu.Grad.class,
          LayerNorm.class,
          LayerNorm.Grad.class,
          RmsNorm.class,
          RmsNorm.Grad.class,
          SwiGlu.class,
          SwiGlu.Grad.class,
          Softmax.Grad.class);

  private XlaLowering() {}

  static void register(Lowerings<Emission> table) {
    GROUPS.forEach(type -> table.put(type, XlaLowering::call));
  }

  static boolean isGroup(CompositeOp op) {
    return GROUPS.contains(op.getClass());
  }

  /** True where the composite is compiled if it has at least so many elements. */
  static boolean pays(List<TensorType> operands, long fewest) {
    TensorType first = operands.get(0);
    return first.dtype() == DType.F32 && first.shape().elements() >= fewest;
  }

  private static void call(Emission e, CompositeOp op, Node node) {
    XlaFunction function = new XlaFunction(op, node.inputTypes(), Map.of());
    List<GraphWriter.Result> results =
        node.outputs().stream()
            .map(v -> new GraphWriter.Result(v.dtype(), Emission.sizes(v)))
            .toList();
    List<Edge> out =
        e.writer()
            .node("PartitionedCall")
            .in(e.exact(node.inputs()))
            .types("Tin", node.inputs().stream().map(Value::dtype).toList())
            .types("Tout", node.outputs().stream().map(Value::dtype).toList())
            .calls(function)
            .many(results);
    e.give(node, out);
  }
}
