package dev.fettle.harness.doctor;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * How fast a backend multiplies matrices in each precision: the three products of a linear layer
 * (forwards, and the gradients for input and weight), each the best of some runs. Rounding the
 * operands counts as part of a product, as in a step.
 *
 * @param full GFLOP/s in F32
 * @param bf16 GFLOP/s with operands rounded to bfloat16; empty where the backend computes those in
 *     F32
 */
public record ProductSpeeds(double full, OptionalDouble bf16) {
  /** Below so many GFLOP/s a thorough measurement would take too long. */
  private static final double SLOW = 20;

  /**
   * How much is measured.
   *
   * @param tokens rows
   * @param width of the layer, in and out
   * @param runs of each product, at most
   * @param millis spent on the runs of one product, about
   */
  public record Effort(int tokens, int width, int runs, int millis) {
    /** A second or so for both precisions together. */
    public static final Effort THOROUGH = new Effort(512, 1024, 8, 120);

    /** Some tens of milliseconds: enough to tell half the speed from twice. */
    public static final Effort QUICK = new Effort(256, 512, 4, 10);

    private double gigaFlop() {
      return 2e-9 * tokens * width * width;
    }
  }

  private record Layout(boolean transposeA, boolean transposeB) {}

  private static final List<Layout> LAYER =
      List.of(new Layout(false, false), new Layout(false, true), new Layout(true, false));

  /** Measures a backend in a second or so; nothing is left on it. */
  public static ProductSpeeds measure(Backend backend) {
    ProductSpeeds quick = measure(backend, Effort.QUICK);
    return quick.full < SLOW ? quick : measure(backend, Effort.THOROUGH);
  }

  /** Measures a backend; nothing is left on it. */
  public static ProductSpeeds measure(Backend backend, Effort effort) {
    double full = speed(backend, effort, Precision.FULL);
    return new ProductSpeeds(
        full,
        backend.capabilities().bf16Matmul()
            ? OptionalDouble.of(speed(backend, effort, Precision.BF16))
            : OptionalDouble.empty());
  }

  private static double speed(Backend backend, Effort effort, Precision precision) {
    double seconds = 0;
    for (Layout layout : LAYER) {
      seconds += seconds(backend, effort, precision, layout);
    }
    return LAYER.size() * effort.gigaFlop() / seconds;
  }

  private static double seconds(
      Backend backend, Effort effort, Precision precision, Layout layout) {
    Dim tokens = new Dim("tokens", effort.tokens());
    Dim width = new Dim("width", effort.width());
    Dim out = new Dim("out", effort.width());
    // Each has as many multiplications: [t, w] [w, o], [t, w] [o, w]', [w, t]' [w, o].
    Slot a = layout.transposeA ? slot("a", width, tokens) : slot("a", tokens, width);
    Slot b = layout.transposeB ? slot("b", out, width) : slot("b", width, out);
    Slot c = slot("c", tokens, out);
    try (DeviceState state = backend.newState("products");
        Executable product = backend.compile(program(precision, layout, a, b))) {
      for (Slot slot : List.of(a, b)) {
        state.allocate(slot);
        state.upload(slot.name(), numbers(slot));
      }
      state.allocate(c);
      product.run(state, Map.of());
      return best(product, state, effort);
    }
  }

  private static double best(Executable product, DeviceState state, Effort effort) {
    long deadline = System.nanoTime() + effort.millis() * 1_000_000L;
    double best = Double.MAX_VALUE;
    for (int i = 0; i < effort.runs() && (i == 0 || System.nanoTime() < deadline); i++) {
      long start = System.nanoTime();
      product.run(state, Map.of());
      best = Math.min(best, (System.nanoTime() - start) / 1e9);
    }
    return best;
  }

  private static Slot slot(String name, Dim rows, Dim columns) {
    return new Slot(name, TensorType.of(DType.F32, rows, columns));
  }

  private static Program program(Precision precision, Layout layout, Slot a, Slot b) {
    ProgramBuilder p = new ProgramBuilder("product");
    Value left = p.state(a, false);
    Value right = p.state(b, false);
    p.write("c", p.g().matmul(left, right, layout.transposeA, layout.transposeB, precision));
    return p.build();
  }

  private static HostTensor numbers(Slot slot) {
    SplittableRandom random = new SplittableRandom(1);
    HostTensor t = HostTensor.allocate(slot.type());
    for (long i = 0; i < t.elements(); i++) {
      t.set(i, random.nextDouble(-1, 1));
    }
    return t;
  }

  /** How many times as fast bfloat16 is; 1 where it is computed in F32. */
  public double ratio() {
    return bf16.orElse(full) / full;
  }

  /** True where bfloat16 is the faster one by more than timing can be trusted. */
  public boolean bf16Pays() {
    return ratio() > 1.1;
  }

  @Override
  public String toString() {
    if (bf16.isEmpty()) {
      return String.format(Locale.ROOT, "f32 %.0f GFLOP/s; bf16 is computed in f32", full);
    }
    return String.format(
        Locale.ROOT,
        "f32 %.0f GFLOP/s, bf16 %.0f GFLOP/s (%.2fx): precision %s pays here",
        full,
        bf16.getAsDouble(),
        ratio(),
        bf16Pays() ? "bf16" : "f32");
  }
}
