package dev.fettle.ir;

import dev.fettle.ir.op.Op;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Prints a graph, one node a line, values numbered in order of appearance, so that equal graphs
 * print equally: {@code %7 = matmul[transposeB=true](%5, %6) : F32[tokens=8, vocab=97]}.
 */
public final class GraphPrinter {
  private final Map<Value, String> names = new HashMap<>();

  /** The nodes as text. */
  public String print(List<Node> nodes) {
    StringBuilder out = new StringBuilder();
    for (Node node : nodes) {
      out.append(line(node)).append('\n');
    }
    return out.toString();
  }

  /** The name a printed value has been given. */
  public String nameOf(Value value) {
    return names.computeIfAbsent(value, v -> "%" + names.size());
  }

  private String line(Node node) {
    String inputs = node.inputs().stream().map(this::nameOf).collect(Collectors.joining(", "));
    String outputs = node.outputs().stream().map(this::nameOf).collect(Collectors.joining(", "));
    String types =
        node.outputs().stream().map(v -> v.type().toString()).collect(Collectors.joining(", "));
    String region = node.region().map(r -> " @" + r.name()).orElse("");
    String scope = node.origin().scope();
    return outputs
        + " = "
        + node.op().name()
        + attributes(node.op())
        + "("
        + inputs
        + ") : "
        + types
        + region
        + (scope.isEmpty() ? "" : "  # " + scope);
  }

  /** What stands between the brackets of the record's own text, shortened. */
  private static String attributes(Op op) {
    String text = op.toString();
    int open = text.indexOf('[');
    String inside = open < 0 ? "" : text.substring(open);
    boolean plain = inside.equals("[]") || inside.startsWith("[kind=");
    return plain ? "" : inside;
  }
}
