package dev.fettle.autodiff;

import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.IrException;
import dev.fettle.ir.Node;
import dev.fettle.ir.Region;
import dev.fettle.ir.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reverse-mode differentiation: one sweep over the nodes, last to first, appending each node's
 * gradient rule to the same graph.
 *
 * <p>Nodes of a recomputation region are first written once more behind a barrier that waits for
 * the incoming gradients, so that their first activations can be dropped.
 */
public final class Gradients {
  private final GraphBuilder g;
  private final Map<Value, Value> gradients = new HashMap<>();
  private final Map<Value, Value> recomputed = new HashMap<>();
  private final Set<Region> opened = new HashSet<>();

  private Gradients(GraphBuilder g) {
    this.g = g;
  }

  /**
   * Appends the gradients of a scalar.
   *
   * @param g the graph that holds the loss
   * @param loss a float scalar
   * @param wrt parameters made with {@code trainable = true}, or values that depend on them
   * @return the gradients, of the types of {@code wrt}; zeros where the loss does not depend on it
   * @throws IrException if the loss is not a float scalar, or a rule fails
   */
  public static List<Value> of(GraphBuilder g, Value loss, List<Value> wrt) {
    if (loss.shape().rank() != 0 || !loss.dtype().isFloat()) {
      throw new IrException("only a float scalar can be differentiated, not " + loss.type());
    }
    Gradients sweep = new Gradients(g);
    return g.reverseSweep(
        () -> {
          sweep.gradients.put(loss, g.constant(loss.dtype(), 1));
          sweep.run();
          return wrt.stream().map(sweep::gradientOrZeros).toList();
        });
  }

  private Value gradientOrZeros(Value v) {
    Value d = gradients.get(v);
    return d != null ? d : g.fill(0, v.type());
  }

  private void run() {
    List<Node> nodes = g.nodes();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      if (node.outputs().stream().noneMatch(gradients::containsKey)) {
        continue;
      }
      int at = i;
      node.region().filter(opened::add).ifPresent(region -> reopen(region, nodes, at));
      if (!node.inputs().isEmpty() && node.inputs().stream().anyMatch(Value::requiresGrad)) {
        step(node);
      }
    }
  }

  private void step(Node node) {
    List<Optional<Value>> found =
        g.outsideRegions(node, () -> node.op().vjp(new NodeContext(node)));
    if (found.size() != node.inputs().size()) {
      throw new IrException(
          node.op().name()
              + " gave "
              + found.size()
              + " gradients for "
              + node.inputs().size()
              + " operands at "
              + node.origin());
    }
    for (int i = 0; i < found.size(); i++) {
      Value input = node.inputs().get(i);
      if (input.requiresGrad() && found.get(i).isPresent()) {
        accumulate(node, input, found.get(i).get());
      }
    }
  }

  private void accumulate(Node node, Value input, Value d) {
    if (!d.type().equals(input.type())) {
      throw new IrException(
          node.op().name()
              + " gave a gradient "
              + d.type()
              + " for an operand "
              + input.type()
              + " at "
              + node.origin());
    }
    g.outsideRegions(node, () -> gradients.merge(input, d, g::add));
  }

  /** Writes the nodes of a region again, waiting for the gradients that have arrived for it. */
  private void reopen(Region region, List<Node> nodes, int last) {
    List<Node> body =
        nodes.subList(0, last + 1).stream()
            .filter(n -> n.region().filter(region::equals).isPresent())
            .toList();
    Set<Value> inside = new HashSet<>();
    body.forEach(n -> inside.addAll(n.outputs()));
    List<Value> entering = new ArrayList<>();
    Set<Value> seen = new HashSet<>();
    for (Node node : body) {
      for (Value v : node.inputs()) {
        // Parameters stay in memory anyway; only activations are worth waiting for.
        if (!inside.contains(v) && isActivation(v, nodes) && seen.add(v)) {
          entering.add(v);
        }
      }
    }
    List<Value> waiting =
        body.stream().flatMap(n -> n.outputs().stream()).filter(gradients::containsKey).toList();
    List<Value> together = new ArrayList<>(entering);
    waiting.forEach(v -> together.add(gradients.get(v)));
    List<Value> passed = g.outsideRegions(body.get(0), () -> g.barrier(together));
    for (int i = 0; i < entering.size(); i++) {
      recomputed.put(entering.get(i), passed.get(i));
    }
    for (int i = 0; i < waiting.size(); i++) {
      gradients.put(waiting.get(i), passed.get(entering.size() + i));
    }
    body.forEach(this::writeAgain);
    // Only the region's own values keep their second life: others may enter many regions.
    entering.forEach(v -> boundaries.put(new Boundary(region, v), recomputed.remove(v)));
  }

  private record Boundary(Region region, Value value) {}

  private final Map<Boundary, Value> boundaries = new HashMap<>();
  private final Map<Value, Boolean> activations = new HashMap<>();

  private boolean isActivation(Value v, List<Node> nodes) {
    if (activations.isEmpty()) {
      nodes.forEach(n -> n.outputs().forEach(o -> activations.put(o, !n.inputs().isEmpty())));
    }
    return activations.getOrDefault(v, false);
  }

  private void writeAgain(Node node) {
    List<Value> inputs = node.inputs().stream().map(v -> recomputed.getOrDefault(v, v)).toList();
    List<Value> again = g.outsideRegions(node, () -> g.emit(node.op(), inputs));
    for (int i = 0; i < again.size(); i++) {
      recomputed.put(node.outputs().get(i), again.get(i));
    }
  }

  private final class NodeContext implements VjpContext {
    private final Node node;

    NodeContext(Node node) {
      this.node = node;
    }

    @Override
    public GraphBuilder g() {
      return g;
    }

    @Override
    public int arity() {
      return node.inputs().size();
    }

    @Override
    public Value in(int i) {
      return current(node.inputs().get(i));
    }

    @Override
    public Value out(int i) {
      return current(node.outputs().get(i));
    }

    private Value current(Value v) {
      Value own = node.region().map(r -> boundaries.get(new Boundary(r, v))).orElse(null);
      if (own != null) {
        return own;
      }
      return node.region().isPresent() ? recomputed.getOrDefault(v, v) : v;
    }

    @Override
    public Value grad(int i) {
      return gradientOrZeros(node.outputs().get(i));
    }

    @Override
    public Optional<Value> gradIfAny(int i) {
      return Optional.ofNullable(gradients.get(node.outputs().get(i)));
    }

    @Override
    public boolean needs(int i) {
      return node.inputs().get(i).requiresGrad();
    }
  }
}
