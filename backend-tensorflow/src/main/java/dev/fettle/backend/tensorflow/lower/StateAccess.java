package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Layout;
import dev.fettle.program.Program;
import dev.fettle.program.Slot;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A program's state slots and inputs in the graph: resource variables, each read at most once, and
 * placeholders.
 *
 * <p>A read gives the variable's own buffer. {@code AssignVariableOp} puts another buffer in its
 * place and leaves readers theirs; operations that update a variable in place copy it first if
 * somebody still reads it. {@code InplaceUpdate} alone writes without asking, so it is used only
 * where the program's alias analysis allows it, and its slots are named in {@link #overwritten}.
 */
final class StateAccess {
  private final GraphWriter w;
  private final Program program;
  private final Map<Value, Node> producers = new HashMap<>();
  private final Map<Value, String> slotOf = new HashMap<>();
  private final Map<Value, String> inputOf = new HashMap<>();
  private final Map<String, Slot> slots = new LinkedHashMap<>();
  private final Map<String, String> handles = new LinkedHashMap<>();
  private final Map<String, String> placeholders = new LinkedHashMap<>();
  private final Map<String, Edge> reads = new HashMap<>();
  private final Map<String, String> writers = new LinkedHashMap<>();
  private final Set<String> overwritten = new LinkedHashSet<>();
  private final Set<String> updated = new LinkedHashSet<>();

  StateAccess(GraphWriter w, Program program) {
    this.w = w;
    this.program = program;
    for (Node node : program.graph().nodes()) {
      node.outputs().forEach(v -> producers.put(v, node));
    }
    program
        .stateIn()
        .forEach(
            (name, v) -> {
              slotOf.put(v, name);
              slots.put(name, new Slot(name, v.type()));
            });
    program.stateOut().forEach((name, v) -> slots.putIfAbsent(name, new Slot(name, v.type())));
    program.inputs().forEach((name, v) -> inputOf.put(v, name));
  }

  /** All slots the program touches. */
  Map<String, Slot> slots() {
    return slots;
  }

  /** Handle nodes by slot, of the slots really touched. */
  Map<String, String> handles() {
    return handles;
  }

  /** Placeholder nodes by input. */
  Map<String, String> placeholders() {
    return placeholders;
  }

  /** Nodes to run, by the slot they write. */
  Map<String, String> writers() {
    return writers;
  }

  /** Slots whose buffer is written without a look at who shares it. */
  Set<String> overwritten() {
    return overwritten;
  }

  /** Slots updated in place one way or the other. */
  Set<String> updated() {
    return updated;
  }

  /** The contents a parameter stands for: a slot before the run, or an input. */
  Edge parameter(Value v) {
    String slot = slotOf.get(v);
    return slot == null ? input(v) : reads.computeIfAbsent(slot, s -> read(s, v, List.of()));
  }

  private Edge read(String slot, Value v, List<String> after) {
    return w.node("ReadVariableOp")
        .inResource(handle(slot))
        .after(after)
        .attr("dtype", v.dtype())
        .one(v.dtype(), TfEmission.sizes(v));
  }

  private Edge input(Value v) {
    String name = inputOf.get(v);
    if (name == null) {
      throw new IllegalStateException(v + " was not computed");
    }
    DType carrier = TfTypes.carrier(v.dtype());
    Edge fed =
        w.node("Placeholder")
            .distinct()
            .attr("dtype", carrier)
            .shape(TfEmission.sizes(v))
            .one(carrier, TfEmission.sizes(v));
    placeholders.put(name, fed.node());
    return carrier == v.dtype() ? fed : new Ops(w).bitcast(fed, v.dtype());
  }

  /** The node that gives a slot's variable. */
  String handle(String slot) {
    return handles.computeIfAbsent(
        slot,
        s -> {
          Slot known = Objects.requireNonNull(slots.get(s), s);
          List<Long> sizes = known.type().shape().dims().stream().map(d -> d.size()).toList();
          return w.node("VarHandleOp")
              .distinct()
              .attr("dtype", known.type().dtype())
              .shape(sizes)
              .attr("container", "")
              .attr("shared_name", s)
              .resource();
        });
  }

  /**
   * The slot that {@code written} may be written into while the program runs, being the slot that
   * {@code old} was read from; empty where that is not so.
   */
  Optional<String> inPlace(Value old, Value written) {
    String slot = slotOf.get(origin(old));
    if (slot == null || !program.aliased().contains(slot)) {
      return Optional.empty();
    }
    return program.stateOut().get(slot) == written ? Optional.of(slot) : Optional.empty();
  }

  /** The value whose memory v lies in, through reshapes and barriers. */
  private Value origin(Value v) {
    Value at = v;
    for (Node node = producers.get(at); node != null; node = producers.get(at)) {
      if (node.op() instanceof Layout.Reshape) {
        at = node.inputs().get(0);
      } else if (node.op() instanceof Layout.Barrier) {
        at = node.inputs().get(node.outputs().indexOf(at));
      } else {
        return at;
      }
    }
    return at;
  }

  /** True where v lies in the memory of a slot, so that a later run could change it. */
  boolean liesInState(Value v) {
    Value at = origin(v);
    return slotOf.containsKey(at)
        || overwritten.stream()
            .anyMatch(s -> origin(Objects.requireNonNull(program.stateOut().get(s))) == at);
  }

  /** Says that a node updates a slot's variable itself; gives the new contents. */
  Edge updatedBy(String slot, Value written, String node) {
    writers.put(slot, node);
    updated.add(slot);
    return read(slot, written, List.of(node));
  }

  /** Says that a node wrote the new contents into the buffer that was read. */
  void overwrittenBy(String slot, String node) {
    writers.put(slot, node);
    updated.add(slot);
    overwritten.add(slot);
  }

  /** Assigns the slots that no node has written in place. */
  void assignRest(TfEmission e) {
    // Every value first: it may be the only read of another slot, which must come before that
    // slot's assignment.
    program
        .stateOut()
        .forEach(
            (slot, v) -> {
              if (!writers.containsKey(slot)) {
                e.exact(v);
              }
            });
    program
        .stateOut()
        .forEach(
            (slot, v) -> {
              if (!writers.containsKey(slot)) {
                Edge value = e.exact(v);
                Edge before = reads.get(slot);
                String node =
                    w.node("AssignVariableOp")
                        .inResource(handle(slot))
                        .in(value)
                        .after(before == null ? List.of() : List.of(before.node()))
                        .attr("dtype", v.dtype())
                        .none();
                writers.put(slot, node);
              }
            });
  }
}
