package dev.fettle.program;

import dev.fettle.ir.IrException;
import dev.fettle.ir.Node;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks that a program is what passes and backends take for granted. */
public final class Verifier {
  private Verifier() {}

  /**
   * Checks order, types and ends.
   *
   * @throws IrException naming the first node or end that is wrong
   */
  public static void check(Program program) {
    Set<Value> known = new HashSet<>();
    for (Node node : program.graph().nodes()) {
      for (Value v : node.inputs()) {
        require(known.contains(v), program, node.op().name() + " reads " + v + " too early");
      }
      List<TensorType> types = node.op().infer(node.inputTypes());
      List<TensorType> actual = node.outputs().stream().map(Value::type).toList();
      require(
          types.equals(actual), program, node.op().name() + " gives " + types + ", not " + actual);
      for (Value v : node.outputs()) {
        require(known.add(v), program, v + " is computed twice");
      }
    }
    ends(program, program.stateOut(), known);
    ends(program, program.outputs(), known);
    program
        .stateOut()
        .forEach(
            (slot, v) -> {
              Value old = program.stateIn().get(slot);
              require(old == null || old.type().equals(v.type()), program, slot + " changes type");
            });
  }

  private static void ends(Program program, Map<String, Value> ends, Set<Value> known) {
    ends.forEach((name, v) -> require(known.contains(v), program, name + " is not computed"));
  }

  private static void require(boolean ok, Program program, String problem) {
    if (!ok) {
      throw new IrException("program " + program.name() + ": " + problem);
    }
  }
}
