package dev.fettle.program;

import dev.fettle.ir.DType;
import dev.fettle.ir.Graph;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.program.ProgramBuilder.Ends;
import dev.fettle.spi.Capabilities;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a program between its author and a backend, in order: {@code Expand} replaces
 * composites the backend has no kernel for, {@code DTypeLegalizer} surrounds operations it cannot
 * do in a 16-bit type with casts to F32, {@link AliasSafety} finds the slots that may be updated in
 * place, {@link Verifier} checks the result.
 */
public final class Passes {
  private Passes() {}

  /**
   * A program ready for a backend.
   *
   * @param program what to lower
   * @param notes what was changed beyond expansion, for the executable's stats
   */
  public record Prepared(Program program, List<String> notes) {}

  /**
   * Runs all passes.
   *
   * @param program as its author wrote it
   * @param capabilities what the backend has kernels for
   * @param expandAll true to expand every composite
   */
  public static Prepared prepare(Program program, Capabilities capabilities, boolean expandAll) {
    Map<String, Integer> islands = new TreeMap<>();
    Program expanded =
        rewrite(program, (g, node, in) -> expand(g, node, in, capabilities, expandAll));
    Program legal =
        rewrite(expanded, (g, node, in) -> legalize(g, node, in, capabilities, islands));
    Program aliased = AliasSafety.apply(legal);
    Verifier.check(aliased);
    List<String> notes = new ArrayList<>();
    islands.forEach((op, n) -> notes.add("computed in F32 for lack of a kernel: " + op + " x" + n));
    return new Prepared(aliased, notes);
  }

  /** How one node is written into the new graph. */
  private interface Rule {
    List<Value> write(GraphBuilder g, Node node, List<Value> in);
  }

  private static List<Value> expand(
      GraphBuilder g, Node node, List<Value> in, Capabilities capabilities, boolean all) {
    if (node.op() instanceof CompositeOp c
        && (all || !capabilities.composite(c, node.inputTypes()))) {
      Program inner = inline(c, node, in);
      return copyInto(g, inner, in, (h, n, i) -> expand(h, n, i, capabilities, all));
    }
    return g.emit(node.op(), in);
  }

  /** The decomposition of a composite as a small program with operands as inputs. */
  private static Program inline(CompositeOp op, Node node, List<Value> in) {
    ProgramBuilder b = new ProgramBuilder(op.name());
    List<Value> operands = new ArrayList<>();
    for (int i = 0; i < in.size(); i++) {
      operands.add(b.input("in" + i, in.get(i).type()));
    }
    List<Value> results = b.g().like(node, () -> op.decompose(b.g(), operands));
    for (int i = 0; i < results.size(); i++) {
      b.output("out" + i, results.get(i));
    }
    Map<String, Value> inputs = new LinkedHashMap<>();
    for (int i = 0; i < operands.size(); i++) {
      inputs.put("in" + i, operands.get(i));
    }
    Graph graph = new Graph(b.g().nodes(), results);
    Map<String, Value> outputs = new LinkedHashMap<>();
    for (int i = 0; i < results.size(); i++) {
      outputs.put("out" + i, results.get(i));
    }
    return new Program(op.name(), graph, Map.of(), inputs, Map.of(), outputs, Set.of());
  }

  private static List<Value> copyInto(GraphBuilder g, Program inner, List<Value> in, Rule rule) {
    Map<Value, Value> map = new HashMap<>();
    int i = 0;
    for (Value operand : inner.inputs().values()) {
      map.put(operand, in.get(i++));
    }
    for (Node node : inner.graph().nodes()) {
      if (!map.containsKey(node.outputs().get(0))) {
        writeNode(g, node, map, rule);
      }
    }
    return inner.outputs().values().stream().map(map::get).toList();
  }

  private static void writeNode(GraphBuilder g, Node node, Map<Value, Value> map, Rule rule) {
    List<Value> inputs = node.inputs().stream().map(map::get).toList();
    List<Value> written = g.like(node, () -> rule.write(g, node, inputs));
    for (int k = 0; k < written.size(); k++) {
      map.put(node.outputs().get(k), written.get(k));
    }
  }

  private static List<Value> legalize(
      GraphBuilder g,
      Node node,
      List<Value> in,
      Capabilities capabilities,
      Map<String, Integer> islands) {
    DType narrow = narrowType(node);
    if (narrow == null || capabilities.computes(node.op(), narrow)) {
      return g.emit(node.op(), in);
    }
    islands.merge(node.op().name() + " on " + narrow, 1, Integer::sum);
    List<Value> wide =
        in.stream().map(v -> v.dtype() == narrow ? g.cast(v, DType.F32) : v).toList();
    List<Value> results = g.emit(node.op(), wide);
    List<Value> back = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      back.add(
          node.outputs().get(i).dtype() == narrow
              ? g.cast(results.get(i), narrow)
              : results.get(i));
    }
    return back;
  }

  private static @Nullable DType narrowType(Node node) {
    for (Value v : node.inputs()) {
      if (v.dtype() == DType.BF16 || v.dtype() == DType.F16) {
        return v.dtype();
      }
    }
    return null;
  }

  private static Program rewrite(Program program, Rule rule) {
    GraphBuilder g = new GraphBuilder();
    return g.withoutGradients(
        () -> {
          Map<Value, Value> map = new HashMap<>();
          Ends ends =
              new Ends(
                  parameters(g, program.stateIn(), map),
                  parameters(g, program.inputs(), map),
                  new LinkedHashMap<>(),
                  new LinkedHashMap<>());
          for (Node node : program.graph().nodes()) {
            if (!map.containsKey(node.outputs().get(0))) {
              writeNode(g, node, map, rule);
            }
          }
          program.stateOut().forEach((k, v) -> ends.stateOut().put(k, map.get(v)));
          program.outputs().forEach((k, v) -> ends.outputs().put(k, map.get(v)));
          return assemble(program.name(), g, ends);
        });
  }

  private static Map<String, Value> parameters(
      GraphBuilder g, Map<String, Value> names, Map<Value, Value> map) {
    Map<String, Value> made = new LinkedHashMap<>();
    names.forEach(
        (name, v) -> {
          Value p = g.parameter(name, v.type(), false);
          made.put(name, p);
          map.put(v, p);
        });
    return made;
  }

  /** A program of what the ends need. */
  static Program assemble(String name, GraphBuilder g, Ends all) {
    Graph graph = g.build(all.results());
    Set<Value> live = new HashSet<>();
    graph.nodes().forEach(n -> live.addAll(n.outputs()));
    Ends ends = all.within(live);
    return new Program(
        name, graph, ends.stateIn(), ends.inputs(), ends.stateOut(), ends.outputs(), Set.of());
  }
}
