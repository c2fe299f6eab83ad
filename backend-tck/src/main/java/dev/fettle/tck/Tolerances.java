package dev.fettle.tck;

import dev.fettle.ir.DType;

/**
 * Every tolerance of the kit, in one place. They are never loosened to make a test pass.
 *
 * <p>An element may differ by {@code unit * max(1, largest expected element)}: the kernels' own
 * rounding grows with the largest terms of a sum, not with each single result.
 */
public final class Tolerances {
  /** Central differences in F64 with step {@link #STEP}. */
  public static final double FINITE_DIFFERENCE = 1e-6;

  /** The step of central differences. */
  public static final double STEP = 1e-5;

  /** A composite's own kernel against its decomposition, in F32. */
  public static final double EXPANSION = 2e-5;

  /** F32 gradients against F64 gradients. */
  public static final double GRADIENT = 5e-5;

  /** The relative error of F32 reductions of 2^25 elements against sums in double. */
  public static final double REDUCTION = 5e-6;

  /** Parameters and losses after 20 training steps in F32 against F64. */
  public static final double TRAJECTORY = 2e-4;

  /** Against the published outputs of ONNX's node tests, which are F32 themselves. */
  public static final double ONNX_NODE = 2e-5;

  /** Units in the last place of F32 that an elementwise function may be off: torch's own bound. */
  public static final double ULPS = 4;

  private Tolerances() {}

  /** The unit for one operation computed in a type, against F64. Integers must be exact. */
  public static double forward(DType dtype) {
    return switch (dtype) {
      case F32 -> 1e-5;
      case F64 -> 1e-12;
      case BF16 -> 3e-2;
      case F16 -> 4e-3;
      default -> 0;
    };
  }
}
