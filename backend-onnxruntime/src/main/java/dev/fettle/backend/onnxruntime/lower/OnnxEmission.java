package dev.fettle.backend.onnxruntime.lower;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.fettle.backend.onnxruntime.ElementTypes;
import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.Shape;
import dev.fettle.ir.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an emitter writes to: the ONNX graph, and which tensor stands for which value.
 *
 * <p>{@link #read} gives a value in whatever form it has, possibly smaller than its shape; {@link
 * #whole} gives it with all its elements.
 */
public final class OnnxEmission {
  private final OnnxGraph graph;
  private final Uses uses;
  private final Target target;
  private final boolean tf32;
  private final Map<Value, Operand> operands = new HashMap<>();
  private final Map<String, List<Long>> sizes = new HashMap<>();
  private final Map<String, List<String>> addends = new HashMap<>();
  private final List<ColumnSums.Sum> columnSums = new ArrayList<>();
  private long innerBytes;

  OnnxEmission(OnnxGraph graph, Uses uses, Target target, boolean tf32) {
    this.target = target;
    this.tf32 = tf32;
    this.graph = graph;
    this.uses = uses;
  }

  /** The graph written to. */
  OnnxGraph graph() {
    return graph;
  }

  /** Who computes and who reads each value. */
  Uses uses() {
    return uses;
  }

  /** What is lowered for. */
  Target target() {
    return target;
  }

  /** Whether the session is one that rounds operands of products to TensorFloat-32. */
  boolean tf32() {
    return tf32;
  }

  /** Counts the results inside a graph that a node runs. */
  void countInner(long bytes) {
    innerBytes += bytes;
  }

  /** The bytes of all results counted so. */
  long innerBytes() {
    return innerBytes;
  }

  /** The tensor that stands for a value. */
  Operand read(Value v) {
    Operand known = operands.get(v);
    if (known == null) {
      throw new IllegalStateException("nothing was emitted for " + v);
    }
    return known;
  }

  /** The tensors that stand for a node's operands. */
  List<Operand> readAll(Node node) {
    return node.inputs().stream().map(this::read).toList();
  }

  /** The name of a tensor with all elements of a value. */
  String whole(Value v) {
    Operand o = read(v);
    List<Long> sizes = sizes(v.shape());
    if (o.dims().equals(sizes)) {
      return o.name();
    }
    if (o.elements() == v.shape().elements()) {
      return reshaped(o.name(), sizes);
    }
    if (v.dtype() == DType.BF16) {
      // There is no Expand for it.
      return cast(node("Expand", cast(o.name(), DType.F32), graph.longs(sizes)), DType.BF16);
    }
    return node("Expand", o.name(), graph.longs(sizes));
  }

  /** A tensor under other sizes; not copied. */
  String reshaped(String name, List<Long> sizes) {
    return node("Reshape", name, graph.longs(sizes));
  }

  /** Says which tensor stands for a value. */
  void bind(Value v, Operand operand) {
    operands.put(v, operand);
    sizes.put(operand.name(), operand.dims());
  }

  /** The sizes of a tensor, if it stands or stood for a value. */
  Optional<List<Long>> sizes(String name) {
    return Optional.ofNullable(sizes.get(name));
  }

  /** Says of which tensors of its own sizes a tensor is the sum. */
  void isSum(String name, List<String> terms) {
    addends.put(name, List.copyOf(terms));
  }

  /** The tensors of its own sizes that a tensor is the sum of; none if that was not said. */
  List<String> addends(String name) {
    return addends.getOrDefault(name, List.of());
  }

  /** The sums of columns that were made by a product, in order. */
  List<ColumnSums.Sum> columnSums() {
    return columnSums;
  }

  /** Says which tensor of a value's own sizes stands for it. */
  void bind(Value v, String name) {
    bind(v, new Operand(name, sizes(v.shape())));
  }

  /** Appends a standard node without settings. */
  String node(String op, String... inputs) {
    return node(op, Arrays.asList(inputs));
  }

  /** Appends a standard node with one result. */
  String node(String op, List<String> inputs, AttributeProto... attributes) {
    return graph.node(OnnxGraph.STANDARD, op, inputs, 1, attributes).get(0);
  }

  /** Appends a standard node with several results. */
  List<String> nodes(String op, List<String> inputs, int results, AttributeProto... attributes) {
    return graph.node(OnnxGraph.STANDARD, op, inputs, results, attributes);
  }

  /** Appends a node of the runtime's own operators. */
  String contrib(String op, List<String> inputs, AttributeProto... attributes) {
    return graph.node(OnnxGraph.MICROSOFT, op, inputs, 1, attributes).get(0);
  }

  /** A scalar literal. */
  String scalar(DType dtype, double value) {
    return graph.literal(dtype, List.of(), List.of(value));
  }

  /** Converts the element type of a tensor. */
  String cast(String name, DType to) {
    return node(
        "Cast", List.of(name), Attributes.integer("to", ElementTypes.proto(to).getNumber()));
  }

  /** Emits one standard node that works element by element, keeping small operands small. */
  void elementwise(String op, Node node, AttributeProto... attributes) {
    List<Operand> in = readAll(node);
    String out = node(op, in.stream().map(Operand::name).toList(), attributes);
    bind(node.output(), new Operand(out, Operand.broadcast(in)));
  }

  /** The sizes of a shape as a list. */
  static List<Long> sizes(Shape shape) {
    return Arrays.stream(shape.sizes()).boxed().toList();
  }
}
