package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Writes the nodes of a {@code GraphDef}, or of a function's body. Equal pure nodes are written
 * once.
 */
final class GraphWriter {
  private record Key(String op, List<String> inputs, Map<String, AttrValue> attributes) {}

  /** An element type and sizes: what a node gives. */
  record Result(DType dtype, List<Long> sizes) {}

  private final List<NodeDef> nodes = new ArrayList<>();
  private final Set<String> names = new LinkedHashSet<>();
  private final Map<Key, List<Edge>> shared = new HashMap<>();
  private final Map<String, FunctionDef> functions = new LinkedHashMap<>();
  private final boolean function;
  private String scope = "";

  /** A writer of a graph, or of the body of a function, where operands are named otherwise. */
  GraphWriter(boolean function) {
    this.function = function;
  }

  boolean isFunction() {
    return function;
  }

  /** The prefix of the names of the nodes that follow. */
  void scope(String newScope) {
    scope = newScope.replaceAll("[^A-Za-z0-9_.]", "_");
  }

  /** Starts a node. */
  NodeCall node(String op) {
    return new NodeCall(op);
  }

  List<NodeDef> nodes() {
    return nodes;
  }

  /** Functions by name, each written once. */
  Map<String, FunctionDef> functions() {
    return functions;
  }

  GraphDef graph() {
    GraphDef.Builder graph = GraphDef.newBuilder().addAllNode(nodes);
    graph.getVersionsBuilder().setProducer(1882).setMinConsumer(12);
    graph.getLibraryBuilder().addAllFunction(functions.values());
    return graph.build();
  }

  private String fresh(String op) {
    String base = scope.isEmpty() || function ? op : scope + "/" + op;
    String name = base + "_" + nodes.size();
    names.add(name);
    return name;
  }

  /** A node being written; ends with one of {@link #one}, {@link #many} or {@link #none}. */
  final class NodeCall {
    private final String op;
    private final List<String> inputs = new ArrayList<>();
    private final Set<String> controls = new LinkedHashSet<>();
    private final Map<String, AttrValue> attributes = new LinkedHashMap<>();
    private boolean pure = true;
    private String name = "";

    private NodeCall(String op) {
      this.op = op;
    }

    NodeCall in(Edge... edges) {
      return in(List.of(edges));
    }

    NodeCall in(List<Edge> edges) {
      edges.forEach(e -> inputs.add(e.ref()));
      return this;
    }

    /** Runs only after these nodes; such a node is never merged with another. */
    NodeCall after(Iterable<String> nodeNames) {
      nodeNames.forEach(n -> controls.add("^" + n));
      return distinct();
    }

    /** Never merged with an equal node: it reads or writes state. */
    NodeCall distinct() {
      pure = false;
      return this;
    }

    /** A name others rely on. */
    NodeCall named(String wanted) {
      name = wanted;
      return distinct();
    }

    NodeCall attr(String key, AttrValue value) {
      attributes.put(key, value);
      return this;
    }

    NodeCall attr(String key, DType dtype) {
      return attr(key, TfTypes.type(dtype));
    }

    NodeCall attr(String key, boolean value) {
      return attr(key, AttrValue.newBuilder().setB(value).build());
    }

    NodeCall attr(String key, long value) {
      return attr(key, AttrValue.newBuilder().setI(value).build());
    }

    NodeCall attr(String key, String value) {
      return attr(
          key,
          AttrValue.newBuilder().setS(com.google.protobuf.ByteString.copyFromUtf8(value)).build());
    }

    NodeCall shape(List<Long> sizes) {
      return attr("shape", AttrValue.newBuilder().setShape(TfTypes.shape(sizes)).build());
    }

    NodeCall types(String key, List<DType> types) {
      AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
      types.forEach(t -> list.addType(TfTypes.of(t)));
      return attr(key, AttrValue.newBuilder().setList(list).build());
    }

    /** Calls a function, which is written if it has not been. */
    NodeCall calls(XlaFunction callee) {
      functions.computeIfAbsent(callee.name(), n -> callee.definition());
      return attr("f", callee.callee()).attr("_XlaMustCompile", true);
    }

    Edge one(DType dtype, List<Long> sizes) {
      return many(List.of(new Result(dtype, sizes))).get(0);
    }

    /** Types of operands where some are resources, marked by an empty entry. */
    NodeCall mixedTypes(String key, List<Optional<DType>> types) {
      AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
      types.forEach(t -> list.addType(t.map(TfTypes::of).orElse(DataType.DT_RESOURCE)));
      return attr(key, AttrValue.newBuilder().setList(list).build());
    }

    List<Edge> many(List<Result> results) {
      Key key = new Key(op, List.copyOf(inputs), Map.copyOf(attributes));
      List<Edge> known = pure ? shared.get(key) : null;
      if (known != null) {
        return known;
      }
      String node = none();
      List<Edge> edges = new ArrayList<>();
      for (int i = 0; i < results.size(); i++) {
        String ref = function ? node + ":" + ResultNames.of(op, i) : i == 0 ? node : node + ":" + i;
        edges.add(new Edge(node, ref, results.get(i).dtype(), results.get(i).sizes()));
      }
      if (pure) {
        shared.put(key, edges);
      }
      return edges;
    }

    /** A resource: the only results that are no tensors. */
    String resource() {
      return none();
    }

    NodeCall inResource(String node) {
      inputs.add(node);
      return distinct();
    }

    /** Ends a node whose results nobody reads; gives its name. */
    String none() {
      String node = name.isEmpty() ? fresh(op) : name;
      nodes.add(
          NodeDef.newBuilder()
              .setName(node)
              .setOp(op)
              .addAllInput(inputs)
              .addAllInput(controls)
              .putAllAttr(attributes)
              .build());
      return node;
    }
  }
}
