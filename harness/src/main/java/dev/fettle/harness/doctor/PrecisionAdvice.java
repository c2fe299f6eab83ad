package dev.fettle.harness.doctor;

import dev.fettle.harness.doctor.ProductSpeeds.Effort;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.spi.Backend;
import java.util.Locale;
import java.util.Optional;

/** Whether a precision is worth asking for on a backend, for a warning as a run begins. */
public final class PrecisionAdvice {
  private PrecisionAdvice() {}

  /**
   * What to tell somebody who asked for a precision; empty where there is nothing to say. Takes
   * some tens of milliseconds for bf16 on a backend that has such products, else none.
   */
  public static Optional<String> on(Backend backend, Precision asked) {
    if (asked == Precision.FULL) {
      return Optional.empty();
    }
    if (asked == Precision.TF32) {
      return backend.capabilities().tf32Matmul() ? Optional.empty() : gainsNothing(backend, "tf32");
    }
    if (!backend.capabilities().bf16Matmul()) {
      return gainsNothing(backend, "bf16");
    }
    return about(backend.id(), ProductSpeeds.measure(backend, Effort.QUICK));
  }

  private static Optional<String> gainsNothing(Backend backend, String precision) {
    return Optional.of(
        "model.precision "
            + precision
            + " gains nothing on "
            + backend.id()
            + ", which computes its products in F32; the numbers are those of f32");
  }

  /** The same for speeds that are known. */
  static Optional<String> about(String backend, ProductSpeeds speeds) {
    if (speeds.bf16Pays() || speeds.bf16().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "model.precision bf16 does not pay here: on this machine %s multiplies matrices at"
                + " %.0f GFLOP/s in bf16 and %.0f in f32; Fettle.doctor(), or 'fettle doctor',"
                + " measures it at length",
            backend,
            speeds.bf16().getAsDouble(),
            speeds.full()));
  }
}
