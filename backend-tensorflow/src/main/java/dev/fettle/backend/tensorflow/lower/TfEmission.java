package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Node;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What lowerings write to: the nodes so far, and the edge of each value.
 *
 * <p>A broadcast is lazy. Its edge is <em>loose</em>: a scalar, or of the value's rank with sizes
 * of 1 where elements repeat. Elementwise operations take loose edges as they are and give loose
 * ones where they can; everything else asks for the {@link #exact} one.
 *
 * <p>What a product in bfloat16 gives stays bfloat16 until somebody asks for the F32 value, and
 * what only such products read may be written as bfloat16 in the first place ({@link NarrowUses}).
 */
final class TfEmission {
  private final GraphWriter writer;
  private final Ops ops;
  private final Map<Value, Edge> loose = new HashMap<>();
  private final Map<Value, Edge> narrow = new HashMap<>();
  private final Set<Value> rounded = new HashSet<>();
  private final Target target;
  private final @Nullable StateAccess state;
  private final @Nullable NarrowUses uses;
  private final List<String> notes = new ArrayList<>();

  /**
   * An emission of a program.
   *
   * @param writer what nodes are written to
   * @param state what the program works on
   * @param uses who reads what as bfloat16, and what for
   */
  TfEmission(GraphWriter writer, StateAccess state, NarrowUses uses) {
    this.writer = writer;
    this.ops = new Ops(writer);
    this.target = uses.target();
    this.state = state;
    this.uses = uses;
  }

  /** An emission of a function's body, which XLA compiles whatever runs it. */
  TfEmission(GraphWriter writer) {
    this.writer = writer;
    this.ops = new Ops(writer);
    this.target = Target.CPU;
    this.state = null;
    this.uses = null;
  }

  /** True where kernels are CUDA's. */
  boolean onGpu() {
    return target == Target.GPU;
  }

  /** True where products of F32 must not be rounded although others of the program may be. */
  boolean keepsF32Apart() {
    return uses != null && uses.tf32();
  }

  /** True where a product's operands are rounded to bfloat16. */
  boolean isNarrowProduct(Node node) {
    return NarrowUses.isNarrowProduct(node, target);
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
      Edge half = narrow.get(v);
      if (half != null && !rounded.contains(v)) {
        edge = ops.cast(half, v.dtype());
      } else if (half == null && state != null) {
        edge = state.parameter(v);
      } else {
        throw new IllegalStateException(v + " was not computed");
      }
      loose.put(v, edge);
    }
    return edge;
  }

  /** The edge of an F32 value rounded to bfloat16, with all its elements. */
  Edge narrow(Value v) {
    Edge half = narrow.get(v);
    return half != null ? half : ops.cast(exact(v), DType.BF16);
  }

  /** The bfloat16 edge of an F32 value whose elements all are such numbers, if it has one. */
  Optional<Edge> exactlyNarrow(Value v) {
    return rounded.contains(v) ? Optional.empty() : Optional.ofNullable(narrow.get(v));
  }

  /** Sets the edge of an F32 value whose elements all are bfloat16 numbers. */
  void giveNarrow(Value v, Edge half) {
    narrow.put(v, half);
  }

  /** Sets the edge products read in place of an F32 value. */
  void giveRounded(Value v, Edge half) {
    narrow.put(v, half);
    rounded.add(v);
  }

  /** Lets a value of as many elements have those of another. */
  void giveReshaped(Value v, Value other) {
    Edge half = narrow.get(other);
    if (half != null) {
      narrow.put(v, ops.reshape(half, sizes(v)));
      if (rounded.contains(other)) {
        rounded.add(v);
      }
    }
  }

  /** True where a value exists as bfloat16 only. */
  boolean isOnlyNarrow(Value v) {
    return narrow.containsKey(v) && !loose.containsKey(v);
  }

  /** The element types a value has to be written in. */
  List<DType> wanted(Value v) {
    return uses == null ? List.of(v.dtype()) : uses.wanted(v);
  }

  /** The edge of a value with all its elements. */
  Edge exact(Value v) {
    return ops.broadcastTo(loose(v), sizes(v));
  }

  List<Edge> exact(List<Value> values) {
    return values.stream().map(this::exact).toList();
  }

  /** Sets the edge of a value that had another. */
  void replace(Value v, Edge edge) {
    narrow.remove(v);
    loose.put(v, edge);
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
    Lowerings<TfEmission> table = TfLowerings.table();
    g.build(results).nodes().forEach(n -> table.emit(this, n));
    give(node, results.stream().map(this::loose).toList());
  }
}
