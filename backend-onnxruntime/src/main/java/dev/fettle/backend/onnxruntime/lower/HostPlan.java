package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.FusedUpdate;
import dev.fettle.ir.op.Elementwise;
import dev.fettle.ir.op.Elementwise.BinaryKind;
import dev.fettle.ir.op.Index;
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
 * nodes would pass over memory a dozen times; rows added to a gradient, for which the runtime would
 * copy the whole of it first; and slots filled with one number.
 *
 * @param updates optimizer steps, in order
 * @param scatters rows added to slots
 * @param fills what slots are filled with
 */
public record HostPlan(
    List<Update> updates, Map<String, Scatter> scatters, Map<String, Double> fills) {

  /**
   * One optimizer step.
   *
   * @param op its rule
   * @param operands what it reads
   * @param slots the slot each result is written to; empty where nobody wants it
   */
  public record Update(FusedUpdate op, List<Value> operands, List<Optional<String>> slots) {}

  /**
   * Rows added to what the session left in a slot: {@code sum of addends + scattered updates}.
   *
   * @param addends what the session writes to the slot: one value or the sum of two
   * @param indices the row of each update
   * @param updates the rows
   */
  public record Scatter(List<Value> addends, Value indices, Value updates) {}

  /** Keeps immutable copies. */
  public HostPlan {
    updates = List.copyOf(updates);
    scatters = Map.copyOf(scatters);
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
    Map<String, Scatter> scatters = new LinkedHashMap<>();
    program
        .stateOut()
        .forEach(
            (slot, v) -> {
              uses.splat(v).ifPresent(x -> fills.put(slot, x));
              boolean once =
                  written.getOrDefault(v, List.of()).size() == 1
                      && uses.readers(v).isEmpty()
                      && !program.outputs().containsValue(v);
              if (once) {
                scatter(program, uses, v).ifPresent(s -> scatters.put(slot, s));
              }
            });
    return new HostPlan(updates, scatters, fills);
  }

  /** No more than the slots filled with zeros, for which any device has something faster. */
  static HostPlan zeros(Program program, Uses uses) {
    Map<String, Double> fills = new LinkedHashMap<>();
    program
        .stateOut()
        .forEach(
            (slot, v) ->
                uses.splat(v)
                    .filter(x -> Double.doubleToRawLongBits(x) == 0)
                    .ifPresent(x -> fills.put(slot, x)));
    return new HostPlan(List.of(), Map.of(), fills);
  }

  /** Matches {@code scatterAdd(base, ...)} and {@code x + scatterAdd(base, ...)}. */
  private static Optional<Scatter> scatter(Program program, Uses uses, Value v) {
    Optional<Node> node = uses.producer(v);
    if (node.isEmpty() || v.dtype() != DType.F32) {
      return Optional.empty();
    }
    List<Value> in = node.get().inputs();
    if (node.get().op() instanceof Index.ScatterAdd) {
      // The runtime adds to a slot's old contents in place, and then need not copy.
      return program.stateIn().containsValue(in.get(0))
          ? Optional.empty()
          : Optional.of(new Scatter(List.of(in.get(0)), in.get(1), in.get(2)));
    }
    boolean sum = node.get().op() instanceof Elementwise.Binary b && b.kind() == BinaryKind.ADD;
    for (int i = 0; sum && i < 2; i++) {
      Value other = in.get(1 - i);
      Optional<Node> inner = uses.producer(in.get(i)).filter(n -> isScatter(n, uses));
      if (inner.isPresent()) {
        List<Value> s = inner.get().inputs();
        return Optional.of(new Scatter(List.of(other, s.get(0)), s.get(1), s.get(2)));
      }
    }
    return Optional.empty();
  }

  private static Optional<Update> update(
      Program program, Uses uses, Map<Value, List<String>> written, Node node) {
    if (!(node.op() instanceof FusedUpdate op)
        || node.inputs().stream().anyMatch(v -> v.dtype() != DType.F32)) {
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
    return Optional.of(new Update(op, node.inputs(), slots));
  }

  private static boolean isScatter(Node node, Uses uses) {
    return node.op() instanceof Index.ScatterAdd && uses.readOnce(node.output());
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
    scatters.values().forEach(s -> all.addAll(List.of(s.indices(), s.updates())));
    return all;
  }
}
