package dev.fettle.ir;

import dev.fettle.ir.op.Layout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A list of nodes in an order in which they can be computed, and the values wanted of them.
 *
 * @param nodes topologically sorted by construction
 * @param outputs the values wanted
 */
public record Graph(List<Node> nodes, List<Value> outputs) {

  /** Keeps immutable copies. */
  public Graph {
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
  }

  /** The same graph without nodes that no output needs. */
  public Graph pruned() {
    Set<Value> live = new HashSet<>(outputs);
    List<Node> kept = new ArrayList<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      if (node.outputs().stream().anyMatch(live::contains)) {
        Node needed = node.op() instanceof Layout.Barrier ? narrowed(node, live) : node;
        live.addAll(needed.inputs());
        kept.add(needed);
      }
    }
    Collections.reverse(kept);
    return new Graph(kept, outputs);
  }

  /** A barrier waits only for what is read behind it. */
  private static Node narrowed(Node barrier, Set<Value> live) {
    List<Value> inputs = new ArrayList<>();
    List<Value> outputs = new ArrayList<>();
    for (int i = 0; i < barrier.inputs().size(); i++) {
      if (live.contains(barrier.outputs().get(i))) {
        inputs.add(barrier.inputs().get(i));
        outputs.add(barrier.outputs().get(i));
      }
    }
    return new Node(barrier.op(), inputs, outputs, barrier.origin(), barrier.region());
  }
}
