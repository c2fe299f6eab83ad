package dev.fettle.backend.onnxruntime.lower;

import dev.fettle.ir.DType;
import dev.fettle.ir.op.Linalg.Precision;
import java.util.Optional;

/** The kind of device a program is lowered for. What differs has a name here. */
public enum Target {
  /**
   * The CPU: the end of a program runs in plain Java over the same memory, and functions whose
   * kernels are not exact enough are put together from others.
   */
  CPU,

  /**
   * A GPU under CUDA: everything stays on the device, where each kernel has to be launched, so few
   * large ones are wanted. Updates go over all slots of a group at once.
   */
  CUDA;

  /**
   * The element type that a product of F32 operands is computed in, if that is another.
   *
   * @param asked the precision asked for
   * @param tf32 whether the session rounds what it multiplies to TensorFloat-32: all or nothing. A
   *     product asked for in F32 is exact in F64
   */
  Optional<DType> computes(Precision asked, boolean tf32) {
    if (this == CUDA && asked == Precision.BF16) {
      return Optional.of(DType.BF16);
    }
    return tf32 && asked == Precision.FULL ? Optional.of(DType.F64) : Optional.empty();
  }

  /** Whether a product of a transposed left operand is slower than a transposed product. */
  boolean isSlowTransposed() {
    return this == CPU;
  }

  /**
   * Whether the order of nodes may be made a matter of shapes. Shapes are the CPU's business, and
   * for a GPU it is worth more to be left alone than a little memory.
   */
  boolean ordersByShapes() {
    return this == CPU;
  }

  /** The most terms of a row that one kernel sums exactly enough. */
  long longestRow() {
    // The CPU has eight accumulators for a row, a GPU 65,536.
    return this == CPU ? 1 << 11 : 1 << 22;
  }

  /**
   * The most terms of a column that a product with a row of ones sums exactly enough; 0 where sums
   * are better made by a reduction. Those of CUDA add blocks up in the order in which they end.
   */
  long longestColumnByProduct(boolean tf32) {
    return this == CPU || tf32 ? 0 : 1 << 10;
  }

  /** Whether what is added to a product is better added apart: rounded, it would be else. */
  boolean addsApart() {
    return this == CUDA;
  }

  /**
   * The most scattered rows that are better added up by a product first; 0 where the kernel that
   * scatters adds in one order. That of CUDA adds as threads arrive.
   */
  long longestEqualRows() {
    return this == CPU ? 0 : 1 << 12;
  }

  /** Whether a turn of axes of one element, which moves nothing, is better not a copy. */
  boolean reshapesForTurns() {
    return this == CUDA;
  }

  /** Whether fewer, larger nodes are worth copying for. */
  boolean mergesLaunches() {
    return this == CUDA;
  }

  /** Whether updates, scattered rows and fills run on the host after the session. */
  boolean hasHostPart() {
    return this == CPU;
  }

  /** Whether state is laid out in rows, so that one kernel serves many slots. */
  boolean flattens() {
    return this == CUDA;
  }
}
