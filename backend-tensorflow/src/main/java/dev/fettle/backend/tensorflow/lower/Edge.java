package dev.fettle.backend.tensorflow.lower;

import dev.fettle.ir.DType;
import java.util.List;

/**
 * One tensor of a TensorFlow graph that is being written.
 *
 * @param node the node that gives it, for control edges
 * @param ref how another node names it as an operand
 * @param dtype its element type
 * @param sizes its sizes; empty for a scalar
 */
public record Edge(String node, String ref, DType dtype, List<Long> sizes) {

  /** Keeps an immutable copy. */
  public Edge {
    sizes = List.copyOf(sizes);
  }

  /** The number of axes. */
  public int rank() {
    return sizes.size();
  }

  /** The number of elements. */
  public long elements() {
    return sizes.stream().reduce(1L, Math::multiplyExact);
  }
}
