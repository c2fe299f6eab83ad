package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Create;
import dev.fettle.ir.op.Layout;
import dev.fettle.program.Program;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who computes and who reads each value of a program. */
public final class Uses {
  private final Map<Value, Node> producers = new HashMap<>();
  private final Map<Value, List<Node>> readers = new HashMap<>();
  private final Set<Value> ends = new HashSet<>();

  /** Reads the program once. */
  public Uses(Program program) {
    for (Node node : program.graph().nodes()) {
      node.outputs().forEach(v -> producers.put(v, node));
      node.inputs().forEach(v -> readers.computeIfAbsent(v, k -> new ArrayList<>()).add(node));
    }
    ends.addAll(program.stateOut().values());
    ends.addAll(program.outputs().values());
  }

  /** The node that computes a value. */
  public Optional<Node> producer(Value v) {
    return Optional.ofNullable(producers.get(v));
  }

  /** The nodes that read a value, one entry a reading operand. */
  public List<Node> readers(Value v) {
    return readers.getOrDefault(v, List.of());
  }

  /** The number a value repeats over its whole shape, if it is such a literal. */
  public Optional<Double> splat(Value v) {
    Optional<Node> node = producer(v);
    if (node.isPresent() && node.get().op() instanceof Layout.Broadcast) {
      return splat(node.get().inputs().get(0));
    }
    boolean literal =
        node.isPresent() && node.get().op() instanceof Create.Constant c && c.values().size() == 1;
    return literal
        ? Optional.of(((Create.Constant) node.get().op()).values().get(0))
        : Optional.empty();
  }

  /** True where a value is written to a slot or given to the host. */
  public boolean isEnd(Value v) {
    return ends.contains(v);
  }

  /** True where nothing but one operand of one node reads the value. */
  public boolean readOnce(Value v) {
    return !isEnd(v) && readers(v).size() == 1;
  }
}
