package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.CausalAttention;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.ir.op.Create;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Composites written as a graph of their own inside the model, the branch of a choice that is
 * always taken.
 *
 * <p>The runtime plans memory a graph at a time: a tensor's memory is kept for every later tensor
 * of the same sizes, however much later. Each block of a long row has scores of other sizes, so
 * those of the forward pass would all stay until the backward pass has the same. In a graph of its
 * own, what is kept for nobody is free again when the next block begins.
 */
final class OwnGraph {
  private OwnGraph() {}

  static void register(Lowerings<OnnxEmission> table) {
    table
        .put(CausalAttention.class, OwnGraph::emit)
        .put(CausalAttention.Grad.class, OwnGraph::emit);
  }

  private static void emit(OnnxEmission c, CompositeOp op, Node node) {
    List<Value> wanted =
        node.outputs().stream()
            .filter(v -> c.uses().isEnd(v) || !c.uses().readers(v).isEmpty())
            .toList();
    Program meaning = meaning(op, node, wanted);
    c.countInner(ProgramLowering.bytes(meaning.graph().nodes()));
    OnnxGraph body = c.graph().inner();
    OnnxEmission inner = new OnnxEmission(body, new Uses(meaning), c.target(), c.tf32());
    Set<String> read = new LinkedHashSet<>();
    for (Map.Entry<String, Value> operand : meaning.inputs().entrySet()) {
      int which = Integer.parseInt(operand.getKey());
      Operand outer = c.read(node.inputs().get(which));
      inner.bind(operand.getValue(), outer);
      read.add(outer.name());
    }
    for (Node n : meaning.graph().nodes()) {
      if (!(n.op() instanceof Create.Parameter)) {
        ProgramLowering.emit(inner, n);
      }
    }
    OnnxGraph never = c.graph().inner();
    for (Value result : meaning.outputs().values()) {
      List<Long> sizes = OnnxEmission.sizes(result.shape());
      String whole = inner.whole(result);
      body.output(whole, whole, result.dtype(), sizes);
      String zero = never.literal(result.dtype(), List.of(), List.of(0.0));
      List<String> zeros = List.of(zero, never.longs(sizes));
      String other = never.node(OnnxGraph.STANDARD, "Expand", zeros, 1).get(0);
      never.output(other, other, result.dtype(), sizes);
    }
    body.prune();
    List<String> in =
        new ArrayList<>(List.of(c.graph().literal(DType.BOOL, List.of(), List.of(1.0))));
    in.addAll(read);
    List<String> results = c.graph().choice(body, never, in);
    for (int i = 0; i < wanted.size(); i++) {
      c.bind(wanted.get(i), results.get(i));
    }
  }

  /** The decomposition as a program, as far as its results are wanted; operands by their index. */
  private static Program meaning(CompositeOp op, Node node, List<Value> wanted) {
    ProgramBuilder b = new ProgramBuilder(op.name());
    List<Value> in = new ArrayList<>();
    for (Value operand : node.inputs()) {
      in.add(b.input(String.valueOf(in.size()), operand.type()));
    }
    List<Value> results = op.decompose(b.g(), in);
    for (Value v : wanted) {
      int which = node.outputs().indexOf(v);
      b.output(String.valueOf(which), results.get(which));
    }
    return b.build();
  }
}
