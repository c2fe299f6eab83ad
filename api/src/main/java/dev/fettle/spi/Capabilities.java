package dev.fettle.spi;

import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.ir.op.Op;
import java.util.List;

/** What a backend has kernels for. The passes before compilation ask. */
public interface Capabilities {

  /** True where the backend runs the composite itself; else it is given the decomposition. */
  boolean composite(CompositeOp op, List<TensorType> inputs);

  /**
   * True where the operation can be computed on elements of a float type. Where it cannot, the
   * legalizer surrounds it with casts to F32.
   */
  boolean computes(Op op, DType dtype);

  /** True where matrix products in bfloat16 are really computed so. */
  boolean bf16Matmul();

  /** True where matrix products in TensorFloat-32 are really computed so. */
  default boolean tf32Matmul() {
    return false;
  }

  /**
   * True where all programs take the memory for intermediate results from one pool. Where it is
   * false each keeps its own, and few programs are better than ones that fit closely.
   */
  default boolean programsShareMemory() {
    return true;
  }
}
