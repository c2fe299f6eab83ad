package dev.fettle.backend.tensorflow;

import dev.fettle.backend.tensorflow.lower.SlotAccess;
import dev.fettle.backend.tensorflow.lower.VariableGraph;
import dev.fettle.backend.tensorflow.lower.VariableGraph.Variable;
import dev.fettle.program.Slot;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.tensorflow.Result;
import org.tensorflow.Tensor;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * The variables a session's graph has nodes for. One that is freed is kept by the slot it was for,
 * and given to the next such slot: programs that knew it need not be added to the graph again.
 */
final class VariablePool {
  private final TensorFlowRuntime runtime;
  private final Map<Slot, Deque<Variable>> free = new HashMap<>();
  private final Set<Variable> written = new HashSet<>();
  private final Set<Variable> owning = new HashSet<>();
  private final Map<Variable, SlotAccess> access = new HashMap<>();
  private int made;
  private int groups;
  private int unused;

  VariablePool(TensorFlowRuntime runtime) {
    this.runtime = runtime;
  }

  /** A variable for a slot, without contents. */
  Variable take(Slot slot) {
    Deque<Variable> known = free.get(slot);
    if (known == null || known.isEmpty()) {
      return new Variable(slot, "v" + made++);
    }
    unused--;
    return known.pop();
  }

  /** Frees variables; somebody else may get them. */
  void giveBack(Collection<Variable> gone) {
    List<Variable> inGraph = gone.stream().filter(written::contains).toList();
    if (!inGraph.isEmpty()) {
      reach(inGraph);
    }
    for (Variable v : inGraph) {
      SlotAccess group = Objects.requireNonNull(access.get(v));
      try (Tensor choice = TInt32.scalarOf(group.index(v))) {
        runtime.run(Map.of(group.choice(), choice), List.of(group.destroy()));
      }
      free.computeIfAbsent(v.slot(), s -> new ArrayDeque<>()).push(v);
      unused++;
    }
  }

  /** Freed variables that nobody has taken again. */
  int unused() {
    return unused;
  }

  /** True where all have nodes. */
  boolean has(Collection<Variable> variables) {
    return written.containsAll(variables);
  }

  /** Adds the nodes of those that have none. */
  void write(Collection<Variable> variables) {
    List<Variable> fresh = variables.stream().filter(v -> !written.contains(v)).toList();
    if (!fresh.isEmpty()) {
      runtime.add(VariableGraph.of(fresh));
      written.addAll(fresh);
    }
  }

  /** Gives variables buffers nobody else holds. */
  void own(List<Variable> variables) {
    List<Variable> fresh = variables.stream().filter(v -> !owning.contains(v)).toList();
    if (!fresh.isEmpty()) {
      runtime.add(VariableGraph.owning(fresh));
      owning.addAll(fresh);
    }
    runtime.run(Map.of(), variables.stream().map(Variable::own).toList());
  }

  /** The bytes of one variable, as they are now; the caller closes the result. */
  Result read(Variable v) {
    reach(List.of(v));
    SlotAccess group = Objects.requireNonNull(access.get(v));
    try (Tensor choice = TInt32.scalarOf(group.index(v))) {
      return runtime.run(Map.of(group.choice(), choice), List.of(group.read()), List.of());
    }
  }

  /**
   * Some bytes of one variable, as they are now; the caller closes the result.
   *
   * @param begin the number of the first
   * @param count how many
   */
  Result read(Variable v, long begin, long count) {
    reach(List.of(v));
    SlotAccess group = Objects.requireNonNull(access.get(v));
    try (Tensor choice = TInt32.scalarOf(group.index(v));
        Tensor first = TInt64.vectorOf(begin);
        Tensor many = TInt64.vectorOf(count)) {
      Map<String, Tensor> feeds =
          Map.of(group.choice(), choice, group.begin(), first, group.count(), many);
      return runtime.run(feeds, List.of(group.part()), List.of());
    }
  }

  /** Sees to it that these can be reached one by one: all that cannot become one group. */
  private void reach(Collection<Variable> wanted) {
    if (!access.keySet().containsAll(wanted)) {
      List<Variable> rest = written.stream().filter(v -> !access.containsKey(v)).toList();
      SlotAccess group = new SlotAccess("access" + groups++, rest);
      runtime.add(group.graph());
      rest.forEach(v -> access.put(v, group));
    }
  }
}
