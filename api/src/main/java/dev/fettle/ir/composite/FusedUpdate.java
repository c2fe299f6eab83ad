package dev.fettle.ir.composite;

import dev.fettle.ir.op.CompositeOp;

/**
 * An optimizer's step for one parameter. The first {@link #tensors} operands have the parameter's
 * shape, the others are scalars; every result has that shape too and takes the place of one of the
 * tensors.
 *
 * <p>Element i of the results depends only on element i of the tensors and on the scalars. So a
 * backend whose state lies in host memory may run {@link #rule} over blocks of it, in one pass and
 * in place, instead of the decomposition, and needs to know none of the optimizers.
 */
public interface FusedUpdate extends CompositeOp {

  /** The number of leading operands that have the parameter's shape. */
  int tensors();

  /** Which of the tensors result {@code i} takes the place of. */
  int operandOf(int result);

  /**
   * The step for the scalars of one run, in F32.
   *
   * @param scalars the operands after the tensors, in order
   */
  BlockRule rule(float[] scalars);

  @Override
  default boolean pointwise() {
    return true;
  }

  /** The arithmetic on blocks of elements. Holds no scratch memory: threads share one rule. */
  @FunctionalInterface
  interface BlockRule {

    /**
     * Updates elements {@code 0 .. n - 1} of each block in place.
     *
     * @param blocks one array for each tensor operand; those no result replaces are scratch
     * @param n how many elements
     */
    void apply(float[][] blocks, int n);
  }
}
