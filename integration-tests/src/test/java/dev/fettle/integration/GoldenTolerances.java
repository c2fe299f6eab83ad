package dev.fettle.integration;

/** How close to the outside values a run must come. Never loosened to pass. */
final class GoldenTolerances {
  /** Absolute, of every logit. */
  static final float LOGITS = 1e-3f;

  /** Absolute, of a mean loss. */
  static final double LOSS = 1e-4;

  /** Relative, of the global gradient norm. */
  static final double GRADIENT_NORM = 1e-3;

  /** Relative in the Euclidean norm, of a parameter's gradient. */
  static final double GRADIENT = 1e-3;

  /** Relative in the Euclidean norm, of a parameter's change over some AdamW steps. */
  static final double UPDATE = 2e-2;

  /** Relative, of a single value or a sum in F32; beside {@link #ABSOLUTE}. */
  static final double RELATIVE = 1.3e-6;

  /** Absolute, of a single value in F32. */
  static final double ABSOLUTE = 1e-5;

  /** Relative, of what is computed in F64. */
  static final double F64 = 1e-7;

  private GoldenTolerances() {}

  /** How far an F32 value may lie from another. */
  static double of(double expected) {
    return ABSOLUTE + RELATIVE * Math.abs(expected);
  }
}
