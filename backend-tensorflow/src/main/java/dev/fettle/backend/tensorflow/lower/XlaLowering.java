package dev.fettle.backend.tensorflow.lower;

import dev.fettle.backend.tensorflow.lower.XlaFunction.Carriers;
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
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
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

  static void register(Lowerings<TfEmission> table) {
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

  private static void call(TfEmission e, CompositeOp op, Node node) {
    List<Edge> in =
        node.inputs().stream().map(v -> e.exactlyNarrow(v).orElseGet(() -> e.exact(v))).toList();
    List<List<DType>> wanted = node.outputs().stream().map(e::wanted).toList();
    Carriers carriers = new Carriers(in.stream().map(Edge::dtype).toList(), wanted);
    List<GraphWriter.Result> results = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      List<Long> sizes = TfEmission.sizes(node.outputs().get(i));
      wanted.get(i).forEach(dtype -> results.add(new GraphWriter.Result(dtype, sizes)));
    }
    Iterator<Edge> out =
        e.writer()
            .node("PartitionedCall")
            .in(in)
            .types("Tin", carriers.operands())
            .types("Tout", results.stream().map(GraphWriter.Result::dtype).toList())
            .calls(new XlaFunction(op, node.inputTypes(), carriers))
            .many(results)
            .iterator();
    for (int i = 0; i < wanted.size(); i++) {
      Value v = node.outputs().get(i);
      for (DType dtype : wanted.get(i)) {
        if (dtype == v.dtype()) {
          e.give(v, out.next());
        } else {
          e.giveRounded(v, out.next());
        }
      }
    }
  }
}
