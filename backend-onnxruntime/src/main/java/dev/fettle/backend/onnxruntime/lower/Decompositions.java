package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.ir.op.Create;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import java.util.ArrayList;
import java.util.List;

/** Composites that no kernel serves after all, as their decomposition inside the model. */
final class Decompositions {
  private Decompositions() {}

  static void emit(OnnxEmission c, CompositeOp op, Node node) {
    ProgramBuilder inner = new ProgramBuilder(op.name());
    List<Value> operands = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      Value outer = node.inputs().get(i);
      Value operand = inner.input("in" + i, outer.type());
      c.bind(operand, c.read(outer));
      operands.add(operand);
    }
    List<Value> results = op.decompose(inner.g(), operands);
    for (int i = 0; i < results.size(); i++) {
      inner.output("out" + i, results.get(i));
    }
    Program program = inner.build();
    for (Node n : program.graph().nodes()) {
      if (!(n.op() instanceof Create.Parameter)) {
        ProgramLowering.emit(c, n);
      }
    }
    for (int i = 0; i < results.size(); i++) {
      c.bind(node.outputs().get(i), c.read(results.get(i)));
    }
  }
}
