package dev.fettle.ir;

import dev.fettle.ir.op.CompositeOp;
import dev.fettle.ir.op.Create;
import dev.fettle.ir.op.Layout;
import dev.fettle.ir.op.Op;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The append-only record behind {@link GraphBuilder}: scopes, regions, sharing, type checking. */
abstract class GraphRecorder {
  private static final StackWalker WALKER = StackWalker.getInstance();

  private record Key(Op op, List<Value> inputs, Optional<Region> region, boolean gradients) {}

  private final List<Node> nodes = new ArrayList<>();
  private final Map<Key, List<Value>> shared = new HashMap<>();
  private final Map<Value, Node> producers = new HashMap<>();
  private final Set<String> parameters = new HashSet<>();
  private final Deque<String> scopes = new ArrayDeque<>();
  private Optional<Region> region = Optional.empty();
  private @Nullable Origin fixedOrigin;
  private boolean gradients = true;
  private boolean reverse;
  private int regions;
  private int values;

  /** The nodes so far, in order. */
  public final List<Node> nodes() {
    return List.copyOf(nodes);
  }

  /** The graph of everything the outputs need. */
  public final Graph build(List<Value> outputs) {
    return new Graph(nodes, outputs).pruned();
  }

  /** Names a part of the model: nodes appended inside carry the scope in their origin. */
  public final <T> T scope(String name, Supplier<T> body) {
    scopes.addLast(name);
    try {
      return body.get();
    } finally {
      scopes.removeLast();
    }
  }

  /**
   * Appends nodes whose activations are not kept for the reverse sweep but computed again there.
   * Regions do not nest.
   */
  public final <T> T recomputed(String name, Supplier<T> body) {
    if (region.isPresent()) {
      throw new IrException("region " + name + " opened inside region " + region.get().name());
    }
    region = Optional.of(new Region(regions++, name));
    try {
      return body.get();
    } finally {
      region = Optional.empty();
    }
  }

  /** Appends nodes through which no gradient will flow, so composites need not be taken apart. */
  public final <T> T withoutGradients(Supplier<T> body) {
    boolean before = gradients;
    gradients = false;
    try {
      return body.get();
    } finally {
      gradients = before;
    }
  }

  /**
   * Appends gradients: like {@link #withoutGradients}, but what the forward part computed already
   * is used again, even though gradients flow through it there.
   */
  public final <T> T reverseSweep(Supplier<T> body) {
    boolean before = reverse;
    reverse = true;
    try {
      return withoutGradients(body);
    } finally {
      reverse = before;
    }
  }

  /** Appends with the origin and region of another node: for passes that rewrite graphs. */
  public final <T> T like(Node original, Supplier<T> body) {
    Origin before = fixedOrigin;
    Optional<Region> regionBefore = region;
    fixedOrigin = original.origin();
    region = original.region();
    try {
      return body.get();
    } finally {
      fixedOrigin = before;
      region = regionBefore;
    }
  }

  /** Appends outside any region, with the origin of another node: for the reverse sweep. */
  public final <T> T outsideRegions(Node original, Supplier<T> body) {
    return like(
        new Node(
            original.op(),
            original.inputs(),
            original.outputs(),
            original.origin(),
            Optional.empty()),
        body);
  }

  /**
   * A value given from outside when the program runs.
   *
   * @param name unique in the graph
   * @param type what it must be
   * @param trainable true where a gradient is wanted
   */
  public final Value parameter(String name, TensorType type, boolean trainable) {
    if (!parameters.add(name)) {
      throw new IrException("parameter " + name + " exists already");
    }
    Op op = new Create.Parameter(name, type);
    Value value = new Value(values++, type, trainable && type.dtype().isFloat());
    nodes.add(new Node(op, List.of(), List.of(value), origin(), Optional.empty()));
    return value;
  }

  /**
   * Appends an operation, or finds the equal one already there.
   *
   * @return its results
   */
  public final List<Value> emit(Op op, List<Value> inputs) {
    boolean flows = gradients && inputs.stream().anyMatch(Value::requiresGrad);
    if (flows && op instanceof CompositeOp composite && !composite.hasVjp()) {
      return composite.decompose((GraphBuilder) this, inputs);
    }
    Key key = new Key(op, List.copyOf(inputs), region, flows);
    List<Value> known = shared.get(key);
    if (known == null && reverse) {
      known = shared.get(new Key(op, key.inputs(), region, true));
    }
    if (known != null) {
      return known;
    }
    List<Value> outputs = append(op, inputs, flows);
    if (!(op instanceof Layout.Barrier)) {
      shared.put(key, outputs);
    }
    return outputs;
  }

  /** Appends an operation with one result. */
  public final Value emitOne(Op op, Value... inputs) {
    List<Value> outputs = emit(op, List.of(inputs));
    if (outputs.size() != 1) {
      throw new IrException(op.name() + " has " + outputs.size() + " results, not one");
    }
    return outputs.get(0);
  }

  /** The node that computes a value; empty for parameters. */
  final Optional<Node> producer(Value value) {
    return Optional.ofNullable(producers.get(value));
  }

  private List<Value> append(Op op, List<Value> inputs, boolean flows) {
    List<TensorType> types;
    try {
      types = op.infer(inputs.stream().map(Value::type).toList());
    } catch (IrException e) {
      throw new IrException(e.getMessage() + " at " + origin(), e);
    }
    List<Value> outputs = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      boolean passes = !(op instanceof Layout.Barrier) || inputs.get(i).requiresGrad();
      boolean requires = flows && passes && types.get(i).dtype().isFloat();
      outputs.add(new Value(values++, types.get(i), requires));
    }
    Node node = new Node(op, inputs, outputs, origin(), region);
    nodes.add(node);
    outputs.forEach(v -> producers.put(v, node));
    return List.copyOf(outputs);
  }

  private Origin origin() {
    if (fixedOrigin != null) {
      return fixedOrigin;
    }
    String site =
        WALKER.walk(
            frames ->
                frames
                    .filter(f -> !f.getClassName().startsWith("dev.fettle.ir."))
                    .findFirst()
                    .map(f -> f.getFileName() + ":" + f.getLineNumber())
                    .orElse("?"));
    return new Origin(String.join(".", scopes), site);
  }
}
