package dev.fettle.backend.onnxruntime.lower;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which slots' outputs may be bound to the memory of their inputs.
 *
 * <p>The runtime does not check, and runs nodes in any order their data allow. One operation of a
 * program may have become several nodes here, and a broadcast none at all, so the program's own
 * analysis is not enough: every node that reads the old contents, also through a view, must come
 * before the node that writes the new ones, or be that node and read each element before writing
 * it.
 */
final class InPlace {
  private static final Set<String> VIEWS = Set.of("Reshape", "Identity");
  private static final Set<String> POINTWISE =
      Set.of(
          "Add",
          "Sub",
          "Mul",
          "Div",
          "Max",
          "Min",
          "Pow",
          "And",
          "Or",
          "Mod",
          "Neg",
          "Abs",
          "Exp",
          "Log",
          "Sqrt",
          "Reciprocal",
          "Tanh",
          "Sigmoid",
          "Erf",
          "Floor",
          "Not",
          "Where");
  private static final Set<String> SCATTERS = Set.of("ScatterND", "ScatterElements");

  private final Map<String, OnnxNode> producers = new HashMap<>();
  private final Map<String, Set<OnnxNode>> readers = new HashMap<>();
  private final Map<String, String> finals = new HashMap<>();
  private final Map<String, String> slotResults;

  InPlace(OnnxGraph graph, Map<String, String> slotResults) {
    this.slotResults = slotResults;
    for (OnnxNode node : graph.nodes()) {
      for (String o : node.outputs()) {
        producers.put(o, node);
        finals.put(graph.finalName(o), o);
      }
      node.inputs().forEach(i -> readers.computeIfAbsent(i, k -> new HashSet<>()).add(node));
    }
  }

  /** The slots among the candidates for which it is safe. */
  Set<String> among(Set<String> candidates) {
    Set<String> safe = new HashSet<>();
    slotResults.forEach(
        (slot, result) -> {
          if (candidates.contains(slot) && isSafe(slot, finals.getOrDefault(result, result))) {
            safe.add(slot);
          }
        });
    return safe;
  }

  private boolean isSafe(String slot, String written) {
    OnnxNode writer = producers.get(written);
    if (writer == null) {
      return false;
    }
    Set<OnnxNode> before = ancestors(writer);
    Deque<String> views = new ArrayDeque<>(List.of(slot));
    while (!views.isEmpty()) {
      String view = views.pop();
      for (OnnxNode reader : readers.getOrDefault(view, Set.of())) {
        if (reader.equals(writer)) {
          if (!updates(writer, view)) {
            return false;
          }
        } else if (VIEWS.contains(reader.op())) {
          views.add(reader.outputs().get(0));
        } else if (!before.contains(reader)) {
          return false;
        }
      }
    }
    return true;
  }

  /** True where the node may write over the operand it is reading. */
  private static boolean updates(OnnxNode writer, String view) {
    if (POINTWISE.contains(writer.op())) {
      return true;
    }
    boolean once = writer.inputs().indexOf(view) == writer.inputs().lastIndexOf(view);
    if (SCATTERS.contains(writer.op())) {
      return once && writer.inputs().indexOf(view) == 0;
    }
    return writer.op().equals("Gemm") && once && writer.inputs().indexOf(view) == 2;
  }

  private Set<OnnxNode> ancestors(OnnxNode writer) {
    Set<OnnxNode> found = new HashSet<>();
    Deque<OnnxNode> todo = new ArrayDeque<>(List.of(writer));
    while (!todo.isEmpty()) {
      for (String in : todo.pop().inputs()) {
        OnnxNode producer = producers.get(in);
        if (producer != null && found.add(producer)) {
          todo.add(producer);
        }
      }
    }
    return found;
  }
}
