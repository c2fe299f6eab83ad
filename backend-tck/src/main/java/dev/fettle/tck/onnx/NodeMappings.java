package dev.fettle.tck.onnx;

import dev.fettle.ir.IrException;
import dev.fettle.tck.onnx.OnnxNode.NotMapped;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** From ONNX's operators to ours: a table of who writes which. */
public final class NodeMappings {
  private final Map<String, Consumer<Sketch>> table = new HashMap<>();

  /** All mappings. */
  public NodeMappings() {
    ElementMappings.add(table);
    ShapeMappings.add(table);
    ModelMappings.add(table);
  }

  /** The ONNX operators with a mapping. */
  public Set<String> operators() {
    return new TreeSet<>(table.keySet());
  }

  /** The node in our operations; empty where it cannot be said in them. */
  public Optional<Sketch> map(OnnxNode node) {
    Consumer<Sketch> mapping = table.get(node.op());
    if (mapping == null) {
      return Optional.empty();
    }
    Sketch sketch = new Sketch(node);
    try {
      mapping.accept(sketch);
    } catch (NotMapped | IrException e) {
      return Optional.empty();
    }
    return sketch.expected().isEmpty() ? Optional.empty() : Optional.of(sketch);
  }
}
