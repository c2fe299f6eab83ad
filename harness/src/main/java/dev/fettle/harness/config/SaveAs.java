package dev.fettle.harness.config;

/** The type in which weights are written into {@code final/}: key {@code model.saveAs}. */
public enum SaveAs {
  /** Each tensor as it was in the model's files. */
  SOURCE,
  /** As they are trained. */
  F32,
  /** Rounded to bfloat16. */
  BF16,
  /** Rounded to half precision. */
  F16
}
