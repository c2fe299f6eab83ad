package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.AdamW;
import dev.fettle.ir.composite.Sgd;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.ir.op.Create;
import dev.fettle.ir.op.Layout;
import dev.fettle.program.Program;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The end of a program that runs in plain Java after the session: optimizer updates, which as ONNX
 * nodes would pass over memory a dozen times, and slots filled with one number.
 *
 * @param updates optimizer steps, in order
 * @param fills what slots are filled with
 */
public record HostPlan(List<Update> updates, Map<String, Double> fills) {

  /**
   * One optimizer step.
   *
   * @param op an {@link AdamW} or {@link Sgd}
   * @param operands what it reads
   * @param slots the slot each result is written to; empty where nobody wants it
   */
  public record Update(CompositeOp op, List<Value> operands, List<Optional<String>> slots) {}

  /** Keeps immutable copies. */
  public HostPlan {
    updates = List.copyOf(updates);
    fills = Map.copyOf(fills);
  }

  /** Finds what of a program can run so. */
  static HostPlan of(Program program, Uses uses) {
    Map<Value, List<String>> written = new LinkedHashMap<>();
    program
        .stateOut()
        .forEach((slot, v) -> written.computeIfAbsent(v, k -> new ArrayList<>()).add(slot));
    List<Update> updates = new ArrayList<>();
    for (Node node : program.graph().nodes()) {
      update(program, uses, written, node).ifPresent(updates::add);
    }
    Map<String, Double> fills = new LinkedHashMap<>();
    program.stateOut().forEach((slot, v) -> splat(uses, v).ifPresent(x -> fills.put(slot, x)));
    return new HostPlan(updates, fills);
  }

  private static Optional<Update> update(
      Program program, Uses uses, Map<Value, List<String>> written, Node node) {
    boolean known = node.op() instanceof AdamW || node.op() instanceof Sgd;
    if (!known || node.inputs().stream().anyMatch(v -> v.dtype() != DType.F32)) {
      return Optional.empty();
    }
    List<Optional<String>> slots = new ArrayList<>();
    for (Value v : node.outputs()) {
      List<String> to = written.getOrDefault(v, List.of());
      if (!uses.readers(v).isEmpty() || to.size() > 1 || program.outputs().containsValue(v)) {
        return Optional.empty();
      }
      slots.add(to.stream().findFirst());
    }
    return Optional.of(new Update((CompositeOp) node.op(), node.inputs(), slots));
  }

  private static Optional<Double> splat(Uses uses, Value v) {
    Optional<Node> node = uses.producer(v);
    if (node.isPresent() && node.get().op() instanceof Layout.Broadcast) {
      return splat(uses, node.get().inputs().get(0));
    }
    boolean literal =
        node.isPresent()
            && node.get().op() instanceof Create.Constant c
            && c.values().size() == 1;
    return literal
        ? Optional.of(((Create.Constant) node.get().op()).values().get(0))
        : Optional.empty();
  }

  /** The slots written here and not by the session. */
  Set<String> slots() {
    Set<String> all = new HashSet<>(fills.keySet());
    updates.forEach(u -> u.slots().forEach(s -> s.ifPresent(all::add)));
    return all;
  }

  /** The values the session must provide. */
  Set<Value> operands() {
    Set<Value> all = new HashSet<>();
    updates.forEach(u -> all.addAll(u.operands()));
    return all;
  }
}
