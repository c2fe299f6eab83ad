package dev.fettle.backend.onnxruntime.lower;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A tensor of the ONNX graph that stands for a value. Its sizes may be smaller than the value's: a
 * missing leading axis, or an axis of 1, is repeated by whoever reads it. That is how a broadcast
 * costs nothing.
 *
 * @param name its name in the ONNX graph
 * @param dims its own sizes, which broadcast (aligned at the last axis) to the value's
 */
public record Operand(String name, List<Long> dims) {

  /** Keeps an immutable copy. */
  public Operand {
    dims = List.copyOf(dims);
  }

  /** The sizes an elementwise operation on these operands has. */
  static List<Long> broadcast(List<Operand> operands) {
    int rank = operands.stream().mapToInt(o -> o.dims.size()).max().orElse(0);
    List<Long> joint = new ArrayList<>(Collections.nCopies(rank, 1L));
    for (Operand o : operands) {
      int lead = rank - o.dims.size();
      for (int i = 0; i < o.dims.size(); i++) {
        if (o.dims.get(i) != 1) {
          joint.set(lead + i, o.dims.get(i));
        }
      }
    }
    return joint;
  }

  /** The sizes with leading axes of 1 added up to a rank. */
  List<Long> padded(int rank) {
    List<Long> all = new ArrayList<>(Collections.nCopies(rank - dims.size(), 1L));
    all.addAll(dims);
    return all;
  }

  /** Sizes without leading axes of 1. */
  static List<Long> stripped(List<Long> dims) {
    int first = 0;
    while (first < dims.size() && dims.get(first) == 1) {
      first++;
    }
    return dims.subList(first, dims.size());
  }

  /** The number of elements it really has. */
  long elements() {
    return dims.stream().reduce(1L, Math::multiplyExact);
  }
}
