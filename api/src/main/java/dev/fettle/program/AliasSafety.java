package dev.fettle.program;

import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Compare;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.ir.op.Create;
import dev.fettle.ir.op.Elementwise;
import dev.fettle.ir.op.Index;
import dev.fettle.ir.op.Layout;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the slots whose new contents may be written over the old ones while the program runs.
 *
 * <p>Runtimes choose their own order among independent nodes and do not check, so a slot is safe
 * only if every reader of the old contents comes before the writer in any order (it is an ancestor
 * of the writer), or is the writer itself and writes element i only after reading element i.
 * Reshapes and barriers may hand the same memory on, so readers behind them count as well.
 */
final class AliasSafety {
  private final Program program;
  private final Map<Value, Node> producers = new HashMap<>();
  private final Map<Value, Set<Node>> readers = new HashMap<>();

  private AliasSafety(Program program) {
    this.program = program;
    for (Node node : program.graph().nodes()) {
      node.outputs().forEach(v -> producers.put(v, node));
      node.inputs().forEach(v -> readers.computeIfAbsent(v, k -> new HashSet<>()).add(node));
    }
  }

  /** The program with its safe slots named. */
  static Program apply(Program p) {
    AliasSafety analysis = new AliasSafety(p);
    Set<String> safe = new HashSet<>();
    p.stateOut()
        .forEach(
            (slot, written) -> {
              if (analysis.isSafe(slot, written)) {
                safe.add(slot);
              }
            });
    return new Program(
        p.name(), p.graph(), p.stateIn(), p.inputs(), p.stateOut(), p.outputs(), safe);
  }

  private boolean isSafe(String slot, Value written) {
    Value old = program.stateIn().get(slot);
    Node writer = producers.get(written);
    if (writer == null || writer.op() instanceof Create || sharesMemory(writer)) {
      return false;
    }
    if (leavesTheProgram(views(written), slot)) {
      return false;
    }
    if (old == null) {
      return true;
    }
    Set<Value> views = views(old);
    if (leavesTheProgram(views, slot)) {
      return false;
    }
    Set<Node> before = ancestors(writer);
    for (Value view : views) {
      for (Node reader : readers.getOrDefault(view, Set.of())) {
        boolean fine =
            before.contains(reader) || sharesMemory(reader) || updatesInPlace(reader, view, writer);
        if (!fine) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean updatesInPlace(Node reader, Value view, Node writer) {
    if (!reader.equals(writer)) {
      return false;
    }
    boolean first = writer.inputs().indexOf(view) == 0 && writer.inputs().lastIndexOf(view) == 0;
    if (writer.op() instanceof Index.ScatterAdd
        || writer.op() instanceof Index.DynamicUpdateSlice) {
      return first;
    }
    return writer.op() instanceof Elementwise
        || writer.op() instanceof Compare
        || (writer.op() instanceof CompositeOp c && c.pointwise());
  }

  private static boolean sharesMemory(Node node) {
    return node.op() instanceof Layout.Reshape || node.op() instanceof Layout.Barrier;
  }

  /** True where one of the values is an output, or is written to another slot. */
  private boolean leavesTheProgram(Set<Value> views, String slot) {
    return contains(program.outputs().values(), views) || contains(otherWrites(slot), views);
  }

  private List<Value> otherWrites(String slot) {
    return program.stateOut().entrySet().stream()
        .filter(e -> !e.getKey().equals(slot))
        .map(Map.Entry::getValue)
        .toList();
  }

  private static boolean contains(Collection<Value> values, Set<Value> views) {
    return values.stream().anyMatch(views::contains);
  }

  /** The value and everything that may lie in the same memory. */
  private Set<Value> views(Value old) {
    Set<Value> views = new HashSet<>();
    Deque<Value> todo = new ArrayDeque<>(List.of(old));
    while (!todo.isEmpty()) {
      Value v = todo.pop();
      if (views.add(v)) {
        for (Node reader : readers.getOrDefault(v, Set.of())) {
          if (reader.op() instanceof Layout.Reshape) {
            todo.add(reader.output());
          } else if (reader.op() instanceof Layout.Barrier) {
            for (int i = 0; i < reader.inputs().size(); i++) {
              if (reader.inputs().get(i).equals(v)) {
                todo.add(reader.outputs().get(i));
              }
            }
          }
        }
      }
    }
    return views;
  }

  private Set<Node> ancestors(Node writer) {
    Set<Node> found = new HashSet<>();
    Deque<Node> todo = new ArrayDeque<>(List.of(writer));
    while (!todo.isEmpty()) {
      for (Value v : todo.pop().inputs()) {
        Node producer = producers.get(v);
        if (producer != null && found.add(producer)) {
          todo.add(producer);
        }
      }
    }
    return found;
  }
}
