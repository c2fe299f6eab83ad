package dev.fettle.backend.reference;

import dev.fettle.ir.Node;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import java.util.HashMap;
import java.util.Map;

/** What is known while a program runs: the elements of each value computed and still wanted. */
final class Frame {
  private final Map<Value, Elements> values = new HashMap<>();
  private final int threads;

  Frame(int threads) {
    this.threads = threads;
  }

  /** How many threads a kernel may use. */
  int threads() {
    return threads;
  }

  /** The elements of a value. */
  Elements get(Value v) {
    Elements found = values.get(v);
    if (found == null) {
      throw new IllegalStateException(v + " has not been computed");
    }
    return found;
  }

  /** Operand {@code i} of a node. */
  Elements in(Node node, int i) {
    return get(node.inputs().get(i));
  }

  /** Keeps the elements of a value, which must be as many as its type says. */
  void put(Value v, Elements elements) {
    TensorType type = v.type();
    if (elements.size() != type.shape().elements() || elements.dtype() != type.dtype()) {
      throw new IllegalStateException(
          "a kernel gave " + elements.dtype() + " x" + elements.size() + " for " + v);
    }
    values.put(v, elements);
  }

  /** Keeps the only result of a node. */
  void put(Node node, Elements elements) {
    put(node.output(), elements);
  }

  /** Lets a value go. */
  void drop(Value v) {
    values.remove(v);
  }
}
