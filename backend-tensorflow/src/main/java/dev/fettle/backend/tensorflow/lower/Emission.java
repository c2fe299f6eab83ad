package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What lowerings write to: the nodes so far, and the edge of each value.
 *
 * <p>A broadcast is lazy. Its edge is <em>loose</em>: a scalar, or of the value's rank with sizes
 * of 1 where elements repeat. Elementwise operations take loose edges as they are and give loose
 * ones where they can; everything else asks for the {@link #exact} one.
 */
final class Emission {
  private final GraphWriter writer;
  private final Ops ops;
  private final Map<Value, Edge> loose = new HashMap<>();
  private final @Nullable StateAccess state;
  private final List<String> notes = new ArrayList<>();

  /**
   * An emission.
   *
   * @param writer what nodes are written to
   * @param state what the program works on; null inside a function
   */
  Emission(GraphWriter writer, @Nullable StateAccess state) {
    this.writer = writer;
    this.ops = new Ops(writer);
    this.state = state;
  }

  GraphWriter writer() {
    return writer;
  }

  Ops ops() {
    return ops;
  }

  /** What the program works on; empty inside a function. */
  Optional<StateAccess> state() {
    return Optional.ofNullable(state);
  }

  /** Facts for people about how the program is run. */
  List<String> notes() {
    return notes;
  }

  /** Adds a fact, once. */
  void note(String fact) {
    if (!notes.contains(fact)) {
      notes.add(fact);
    }
  }

  /** The edge of a value, perhaps smaller than the value where elements repeat. */
  Edge loose(Value v) {
    Edge edge = loose.get(v);
    if (edge == null) {
      if (state == null) {
        throw new IllegalStateException(v + " was not computed");
      }
      edge = state.parameter(v);
      loose.put(v, edge);
    }
    return edge;
  }

  /** The edge of a value with all its elements. */
  Edge exact(Value v) {
    return ops.broadcastTo(loose(v), sizes(v));
  }

  List<Edge> exact(List<Value> values) {
    return values.stream().map(this::exact).toList();
  }

  /** Sets the edge of a value. */
  void give(Value v, Edge edge) {
    loose.put(v, edge);
  }

  /** Sets the edges of a node's results. */
  void give(Node node, List<Edge> edges) {
    for (int i = 0; i < edges.size(); i++) {
      loose.put(node.outputs().get(i), edges.get(i));
    }
  }

  void give(Node node, Edge edge) {
    loose.put(node.output(), edge);
  }

  static List<Long> sizes(Value v) {
    return v.shape().dims().stream().map(d -> d.size()).toList();
  }

  /** True where TensorFlow's integer kernels have gaps; such operations are done in I32. */
  static boolean isByte(DType dtype) {
    return dtype == DType.I8 || dtype == DType.U8;
  }

  /** Writes a composite as what it means. */
  void expand(CompositeOp op, Node node) {
    GraphBuilder g = new GraphBuilder();
    List<Value> in = new ArrayList<>();
    for (Value operand : node.inputs()) {
      Value v = g.parameter("in" + in.size(), operand.type(), false);
      give(v, loose(operand));
      in.add(v);
    }
    List<Value> results = op.decompose(g, in);
    Lowerings<Emission> table = TfLowerings.table();
    g.build(results).nodes().forEach(n -> table.emit(this, n));
    give(node, results.stream().map(this::loose).toList());
  }
}
