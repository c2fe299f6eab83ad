package dev.fettle.backend.onnxruntime.lower;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import dev.fettle.backend.onnxruntime.ElementTypes;
import dev.fettle.ir.DType;
import dev.fettle.spi.HostTensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** An ONNX model under construction. Equal nodes on equal inputs are written once. */
public final class OnnxGraph {
  /** The standard operators' domain. */
  static final String STANDARD = "";

  /** The domain of the runtime's own operators. */
  static final String MICROSOFT = "com.microsoft";

  private static final long OPSET = 21;

  /** The first in which attention is one operator. */
  private static final long ATTENDING_OPSET = 23;

  private static final long IR_VERSION = 10;

  private record Key(
      String op, String domain, List<String> inputs, List<AttributeProto> attributes) {}

  private record Literal(DType dtype, List<Long> dims, ByteString bytes) {}

  private final List<OnnxNode> nodes = new ArrayList<>();
  private final Map<Key, List<String>> shared = new HashMap<>();
  private final Map<Literal, String> literals = new LinkedHashMap<>();
  private final List<TensorProto> initializers = new ArrayList<>();
  private final List<ValueInfoProto> inputs = new ArrayList<>();
  private final List<ValueInfoProto> outputs = new ArrayList<>();
  private final List<ValueInfoProto> infos = new ArrayList<>();
  private final Map<String, String> renamed = new HashMap<>();
  private final Map<String, OnnxNode> producers = new HashMap<>();
  private final Map<String, List<Long>> integers = new HashMap<>();
  private final String prefix;
  private int names;
  private int ids;

  /** An empty model. */
  OnnxGraph() {
    this("#");
  }

  private OnnxGraph(String prefix) {
    this.prefix = prefix;
  }

  /** An empty graph to be run by a node of this one; it may read this one's tensors. */
  OnnxGraph inner() {
    return new OnnxGraph(name() + ".");
  }

  private String name() {
    return prefix + names++;
  }

  /** The nodes so far. */
  List<OnnxNode> nodes() {
    return nodes;
  }

  /** Appends a node, or finds the equal one, and gives its results' names. */
  List<String> node(
      String domain, String op, List<String> in, int results, AttributeProto... attributes) {
    Key key = new Key(op, domain, List.copyOf(in), List.of(attributes));
    return shared.computeIfAbsent(
        key,
        k -> {
          List<String> out = new ArrayList<>();
          for (int i = 0; i < results; i++) {
            out.add(name());
          }
          add(new OnnxNode(ids++, op, domain, k.inputs(), out, k.attributes()));
          return List.copyOf(out);
        });
  }

  /** Appends a node of the runtime's own of which only some results are wanted. */
  List<String> some(
      String op, List<String> in, List<Integer> wanted, AttributeProto... attributes) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i <= wanted.get(wanted.size() - 1); i++) {
      out.add(wanted.contains(i) ? name() : "");
    }
    add(new OnnxNode(ids++, op, MICROSOFT, in, out, List.of(attributes)));
    return out;
  }

  /** Appends a node of one operand and one result even if there is an equal one. */
  String fresh(String op, String in) {
    String out = name();
    add(draft(op, List.of(in), List.of(out)));
    return out;
  }

  /**
   * Appends a choice between two graphs of the same outputs.
   *
   * @param in the condition, then the tensors of this graph which those read
   * @return the names of the outputs here
   */
  List<String> choice(OnnxGraph then, OnnxGraph otherwise, List<String> in) {
    List<String> out = then.outputs.stream().map(o -> name()).toList();
    List<OnnxGraph> branches = List.of(then, otherwise);
    add(new OnnxNode(ids++, "If", STANDARD, in, out, List.of(), branches));
    return out;
  }

  private void add(OnnxNode node) {
    nodes.add(node);
    produced(node);
  }

  private void produced(OnnxNode node) {
    node.outputs().stream().filter(o -> !o.isEmpty()).forEach(o -> producers.put(o, node));
  }

  /** A standard node of named results that is not in the graph yet, see {@link #replace}. */
  OnnxNode draft(String op, List<String> in, List<String> out, AttributeProto... attributes) {
    return new OnnxNode(ids++, op, STANDARD, in, out, List.of(attributes));
  }

  /** A name for a tensor of a draft. */
  String fresh() {
    return name();
  }

  /**
   * Puts nodes where one of those stands that they take the place of; they compute all that is
   * still read of theirs.
   */
  void replace(Set<OnnxNode> old, OnnxNode at, List<OnnxNode> others) {
    List<OnnxNode> all = new ArrayList<>();
    for (OnnxNode n : nodes) {
      if (n.equals(at)) {
        all.addAll(others);
      }
      if (!old.contains(n)) {
        all.add(n);
      }
    }
    nodes.clear();
    nodes.addAll(all);
    old.forEach(n -> n.outputs().forEach(producers::remove));
    others.forEach(this::produced);
  }

  /** The nodes that read a tensor. */
  List<OnnxNode> readers(String name) {
    return nodes.stream().filter(n -> n.inputs().contains(name)).toList();
  }

  /** True where a tensor is wanted of each run. */
  boolean isOutput(String name) {
    return renamed.containsKey(name);
  }

  /** The node that computes a tensor; empty for an input or a literal. */
  Optional<OnnxNode> producer(String name) {
    return Optional.ofNullable(producers.get(name));
  }

  /** A literal tensor of few elements. */
  String literal(DType dtype, List<Long> dims, List<Double> values) {
    return literal(dtype, dims, values::get);
  }

  /** A literal tensor, given element {@code i} in row-major order. */
  String literal(DType dtype, List<Long> dims, IntToDoubleFunction element) {
    long[] sizes = dims.stream().mapToLong(Long::longValue).toArray();
    HostTensor data = HostTensor.allocate(dtype, sizes);
    int n = Math.toIntExact(data.elements());
    for (int i = 0; i < n; i++) {
      data.set(i, element.applyAsDouble(i));
    }
    Literal literal = new Literal(dtype, List.copyOf(dims), ByteString.copyFrom(data.bytes()));
    return literals.computeIfAbsent(literal, this::initializer);
  }

  /** A list of integers, as shapes and axes are given. */
  String longs(List<Long> values) {
    String name = literal(DType.I64, List.of((long) values.size()), i -> values.get(i));
    integers.put(name, List.copyOf(values));
    return name;
  }

  /** The list of integers a tensor is. */
  Optional<List<Long>> longs(String name) {
    return Optional.ofNullable(integers.get(name));
  }

  private String initializer(Literal literal) {
    String name = name();
    initializers.add(
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(ElementTypes.proto(literal.dtype()).getNumber())
            .addAllDims(literal.dims())
            .setRawData(literal.bytes())
            .build());
    return name;
  }

  /** Declares a tensor given at each run. */
  void input(String name, DType dtype, List<Long> dims) {
    inputs.add(info(name, dtype, dims));
  }

  /** Declares a tensor wanted of each run, and gives it its final name. */
  void output(String internal, String name, DType dtype, List<Long> dims) {
    renamed.put(internal, name);
    outputs.add(info(name, dtype, dims));
  }

  /** States the sizes of a tensor for which the runtime cannot infer them. */
  void sizes(String name, DType dtype, List<Long> dims) {
    infos.add(info(name, dtype, dims));
  }

  private static ValueInfoProto info(String name, DType dtype, List<Long> dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    dims.forEach(d -> shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(d)));
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder()
            .setElemType(ElementTypes.proto(dtype).getNumber())
            .setShape(shape)
            .build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  /** The final name of a tensor. */
  String finalName(String internal) {
    return renamed.getOrDefault(internal, internal);
  }

  /** The finished model. */
  ModelProto build(String name) {
    GraphProto.Builder graph = graph(name, this::finalName).addAllInput(inputs);
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("fettle")
        .addOpsetImport(opset(STANDARD, isAttending() ? ATTENDING_OPSET : OPSET))
        .addOpsetImport(opset(MICROSOFT, 1))
        .setGraph(graph)
        .build();
  }

  private boolean isAttending() {
    return nodes.stream().anyMatch(n -> n.op().equals("Attention"));
  }

  private GraphProto.Builder graph(String name, UnaryOperator<String> names) {
    GraphProto.Builder graph = GraphProto.newBuilder().setName(name);
    int index = 0;
    for (OnnxNode n : inRunningOrder()) {
      NodeProto.Builder node =
          NodeProto.newBuilder()
              .setName(n.op() + "_" + index++)
              .setOpType(n.op())
              .setDomain(n.domain())
              .addAllAttribute(n.attributes());
      if (n.branches().isEmpty()) {
        n.inputs().forEach(i -> node.addInput(names.apply(i)));
      } else {
        // The branches name what else they read themselves.
        node.addInput(names.apply(n.inputs().get(0)));
        node.addAttribute(branch("then_branch", n.branches().get(0), names));
        node.addAttribute(branch("else_branch", n.branches().get(1), names));
      }
      n.outputs().forEach(o -> node.addOutput(names.apply(o)));
      graph.addNode(node);
    }
    graph.addAllOutput(outputs).addAllInitializer(initializers);
    for (ValueInfoProto i : infos) {
      if (!renamed.containsKey(i.getName())) {
        graph.addValueInfo(i);
      }
    }
    return graph;
  }

  private static AttributeProto branch(String key, OnnxGraph g, UnaryOperator<String> names) {
    return AttributeProto.newBuilder()
        .setName(key)
        .setType(AttributeProto.AttributeType.GRAPH)
        .setG(g.graph(key, names))
        .build();
  }

  /**
   * The nodes in an order from which the runtime derives a good one of its own. It walks back from
   * the nodes nobody reads, the last one in the file first, and runs what each one needs. Were they
   * in program order, every weight gradient would run at the very end, and all activations live
   * until then; reversed behind all others, each runs as soon as it can.
   */
  private List<OnnxNode> inRunningOrder() {
    Set<String> read = new HashSet<>();
    nodes.forEach(n -> read.addAll(n.inputs()));
    List<OnnxNode> order = new ArrayList<>();
    List<OnnxNode> last = new ArrayList<>();
    for (OnnxNode n : nodes) {
      (n.outputs().stream().anyMatch(read::contains) ? order : last).add(n);
    }
    Collections.reverse(last);
    order.addAll(last);
    return order;
  }

  /** Drops nodes whose results nobody reads any more since others took their place. */
  void prune() {
    Set<String> needed = new HashSet<>(renamed.keySet());
    List<OnnxNode> kept = new ArrayList<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      OnnxNode node = nodes.get(i);
      if (node.outputs().stream().anyMatch(needed::contains)) {
        needed.addAll(node.inputs());
        kept.add(node);
      }
    }
    Collections.reverse(kept);
    nodes.clear();
    nodes.addAll(kept);
    initializers.removeIf(t -> !needed.contains(t.getName()));
    infos.removeIf(t -> !needed.contains(t.getName()));
    inputs.removeIf(t -> !needed.contains(t.getName()));
  }

  /** The names of the tensors given at each run. */
  Set<String> inputNames() {
    return inputs.stream().map(ValueInfoProto::getName).collect(Collectors.toSet());
  }

  private static OperatorSetIdProto opset(String domain, long version) {
    return OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version).build();
  }
}
