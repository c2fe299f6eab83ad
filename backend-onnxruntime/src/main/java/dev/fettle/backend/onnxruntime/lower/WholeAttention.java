package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Attention;
import dev.fettle.ir.op.Layout;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Attention of whole rows that nobody wants the gradient of, as the one node that ONNX has for it
 * since version 23. Its kernel takes heads as a layer gives them, side by side, so nothing is
 * turned either. Where a gradient is wanted, so are the probabilities, which the kernel does not
 * keep; and a single query behind a cache would be a sixty-fourth of what it works on at a time.
 */
final class WholeAttention {
  private static final List<Integer> TURN = List.of(0, 2, 1, 3);

  private WholeAttention() {}

  static void register(Lowerings<OnnxEmission> table) {
    table.put(Attention.class, WholeAttention::emit);
  }

  /** Whether the node is worth it and means the same: it has no products of rounded operands. */
  static boolean serves(Attention op, List<TensorType> inputs) {
    Shape q = inputs.get(0).shape();
    return op.precision() != Precision.BF16
        && inputs.stream().allMatch(t -> t.dtype() == DType.F32)
        && q.size(2) == inputs.get(1).shape().size(2)
        && q.size(2) > 1;
  }

  private static void emit(OnnxEmission c, Attention op, Node node) {
    if (c.tf32() && op.precision() == Precision.FULL) {
      Decompositions.emit(c, op, node);
      return;
    }
    List<String> in = new ArrayList<>();
    for (Value v : node.inputs().subList(0, 3)) {
      before(c, v).map(x -> flat(c, x, v)).ifPresent(in::add);
    }
    if (in.size() < 3) {
      in = new ArrayList<>(node.inputs().subList(0, 3).stream().map(c::whole).toList());
      in.add(mask(c, node.inputs().get(3)));
      c.bind(node.output(), c.node("Attention", in, Attributes.real("scale", op.scale())));
      return;
    }
    in.add(mask(c, node.inputs().get(3)));
    Shape q = node.output().shape();
    String rows =
        c.node(
            "Attention",
            in,
            Attributes.real("scale", op.scale()),
            Attributes.integer("q_num_heads", q.size(1)),
            Attributes.integer("kv_num_heads", node.inputs().get(1).shape().size(1)));
    List<Long> heads = List.of(q.size(0), q.size(2), q.size(1), q.size(3));
    c.bind(node.output(), Layouts.transposed(c, c.reshaped(rows, heads), TURN));
  }

  /** What the heads of a value were before they were turned. */
  private static Optional<String> before(OnnxEmission c, Value v) {
    Optional<Node> node = c.uses().producer(v);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    Value from = node.get().inputs().isEmpty() ? v : node.get().inputs().get(0);
    if (node.get().op() instanceof Layout.Reshape && from.shape().sameSizes(v.shape())) {
      return before(c, from);
    }
    boolean turn = node.get().op() instanceof Layout.Transpose t && t.permutation().equals(TURN);
    return turn ? Optional.of(c.whole(from)) : Optional.empty();
  }

  private static String flat(OnnxEmission c, String heads, Value v) {
    Shape s = v.shape();
    return c.reshaped(heads, List.of(s.size(0), s.size(2), s.size(1) * s.size(3)));
  }

  /** One mask for all heads. */
  private static String mask(OnnxEmission c, Value bias) {
    List<Long> sizes = new ArrayList<>(OnnxEmission.sizes(bias.shape()));
    sizes.add(1, 1L);
    return c.reshaped(c.whole(bias), sizes);
  }
}
