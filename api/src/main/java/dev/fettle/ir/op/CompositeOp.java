package dev.fettle.ir.op;

import dev.fettle.autodiff.VjpContext;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.IrException;
import dev.fettle.ir.Value;
import java.util.List;
import java.util.Optional;

/**
 * A fused operation. Its meaning is its decomposition: a backend may run a fast kernel for it, or
 * never know of it and get the primitives.
 */
public non-sealed interface CompositeOp extends Op {

  /**
   * The meaning, in primitives or simpler composites.
   *
   * @param g the graph to append to
   * @param in the operands
   * @return the results, of the types {@link #infer} gives
   */
  List<Value> decompose(GraphBuilder g, List<Value> in);

  /**
   * True where the operation has a gradient rule of its own. Without one, the builder decomposes it
   * at once wherever a gradient must flow.
   */
  default boolean hasVjp() {
    return false;
  }

  /**
   * True where element i of every result of the operands' shape depends only on element i of the
   * operands and on scalars, so that results may be written over operands.
   */
  default boolean pointwise() {
    return false;
  }

  @Override
  default List<Optional<Value>> vjp(VjpContext c) {
    throw new IrException(name() + " has no gradient rule; it must be decomposed first");
  }
}
