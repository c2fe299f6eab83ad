package dev.fettle.benchmarks;

import dev.fettle.algorithm.sft.SftObjective;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.optim.AdamWOptimizer;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import dev.fettle.train.Stepper;
import dev.fettle.train.StepperOptions;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Times optimizer steps of a GPT-2 shape: forward, backward, gradient norm and AdamW on every
 * parameter, or with {@code +lora} on an adapter's, all tokens targets. The counterpart of {@code
 * peers/torch_step.py}.
 */
public final class StepBench {
  private static final int WARM_UP = 2;
  private static final String LORA = "+lora";

  private StepBench() {}

  /** Arguments: backend, shape, precision, steps, and maybe a directory to dump programs to. */
  public static void main(String[] args) {
    if (args.length < 4) {
      throw new IllegalArgumentException(
          "usage: StepBench BACKEND tiny|small|gpt2[+lora] f32|tf32|bf16 STEPS [DUMP_DIR]");
    }
    boolean lora = args[1].endsWith(LORA);
    BenchModel shape = BenchModel.named(args[1].replace(LORA, ""));
    CompileOptions options =
        args.length > 4
            ? CompileOptions.DEFAULT.dumpingTo(Path.of(args[4]))
            : CompileOptions.DEFAULT;
    try (Backend backend = Bench.open(args[0]);
        Policy policy = shape.on(backend, args[2], lora);
        ProgramCache programs = new ProgramCache(backend, options);
        Stepper<MicroBatch> stepper =
            new Stepper<>(
                policy,
                new SftObjective(),
                StepperOptions.of(
                    new AdamWOptimizer(0.9, 0.999, 1e-8, 0.01, DecayedParameters.ALL), 0),
                programs)) {
      String name = String.join(" ", args[0], args[1], args[2]);
      time(new Timed(name, shape, stepper, programs), Integer.parseInt(args[3]));
      System.out.printf(
          Locale.ROOT,
          "state %.1f MiB, of them %.1f parameters%n",
          policy.state().bytes() / (double) (1 << 20),
          policy.parts().elements() * (double) Float.BYTES / (1 << 20));
    }
  }

  private record Timed(
      String name, BenchModel shape, Stepper<MicroBatch> stepper, ProgramCache programs) {}

  private static void time(Timed timed, int steps) {
    MicroBatch batch = batch(timed.shape());
    double[] millis = new double[steps];
    double first = 0;
    double loss = 0;
    for (int i = -WARM_UP; i < steps; i++) {
      long start = System.nanoTime();
      loss = timed.stepper().step(List.of(batch), i + WARM_UP + 1, 1e-4).loss();
      double took = (System.nanoTime() - start) / 1e6;
      if (i >= 0) {
        millis[i] = took;
      }
      first = i == -WARM_UP ? took : first;
    }
    double min = Arrays.stream(millis).min().orElse(Double.NaN);
    PrintStream out = System.out;
    out.printf(
        Locale.ROOT,
        "fettle %s median %.1f ms min %.1f first %.1fs compile %.1fs loss %.4f rss %.0f MiB%n",
        timed.name(),
        Bench.median(millis),
        min,
        first / 1e3,
        timed.programs().compileMillis() / 1e3,
        loss,
        Bench.peakMiB());
  }

  private static MicroBatch batch(BenchModel shape) {
    return batch(shape.rows(), shape.length(), shape.dims().vocab());
  }

  /** Rows of random tokens, each one segment, all but the first of them targets. */
  static MicroBatch batch(int rows, int length, int vocab) {
    int size = rows * length;
    Random random = new Random(0);
    int[] ids = random.ints(size, 0, vocab).toArray();
    int[] positions = new int[size];
    int[] segments = new int[size];
    byte[] targets = new byte[size];
    for (int i = 0; i < size; i++) {
      positions[i] = i % length;
      segments[i] = 1;
      targets[i] = (byte) (positions[i] == 0 ? 0 : 1);
    }
    return new MicroBatch(
        rows, length, ids, positions, segments, targets, size - rows, size, List.of());
  }
}
