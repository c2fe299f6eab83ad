package dev.fettle.harness.config;

import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.models.nn.ForwardOptions;
import java.nio.file.Path;

/**
 * Section {@code model}: the policy that is trained.
 *
 * @param directory a Hugging Face model directory (key {@code path}), or one whose weights are not
 *     read (key {@code init})
 * @param fresh true for new weights, drawn with {@code run.seed}: key {@code init}
 * @param precision of matrix products: {@code f32}, the default, or {@code bf16}; parameters, sums
 *     and losses are F32 either way
 * @param recompute what is computed again in the reverse sweep to save memory: {@code none}, the
 *     default, or {@code blocks}
 */
public record ModelSettings(
    Path directory, boolean fresh, Precision precision, Recompute recompute) {

  /** What the reverse sweep computes again. */
  public enum Recompute {
    /** Nothing; every activation is kept. */
    NONE,
    /** Each block; only its input is kept. */
    BLOCKS
  }

  /** The model of a directory, in full precision. */
  public static ModelSettings of(Path directory) {
    return new ModelSettings(directory, false, Precision.FULL, Recompute.NONE);
  }

  /** How its programs are written. */
  public ForwardOptions forward() {
    return new ForwardOptions(precision, recompute == Recompute.BLOCKS);
  }
}
