package dev.fettle.benchmarks;

import dev.fettle.algorithm.sft.SftObjective;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.models.Models;
import dev.fettle.models.config.Activation;
import dev.fettle.models.config.Dimensions;
import dev.fettle.models.config.LlamaConfig;
import dev.fettle.models.config.RopeConfig;
import dev.fettle.models.config.RopeScaling;
import dev.fettle.models.config.SpecialTokenIds;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.optim.AdamWOptimizer;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import dev.fettle.train.Stepper;
import dev.fettle.train.StepperOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Optimizer steps of a small Llama on one row of any length: what they take, and the most memory
 * the process held. One length a process, for memory is never given back to measure it again.
 */
public final class LongRowBench {
  private static final int WARM_UP = 1;

  private LongRowBench() {}

  /** Arguments: backend, tokens of the row, steps, and maybe {@code recompute}. */
  public static void main(String[] args) {
    if (args.length < 3) {
      throw new IllegalArgumentException("usage: LongRowBench BACKEND LENGTH STEPS [recompute]");
    }
    int length = Integer.parseInt(args[1]);
    boolean recompute = args.length > 3 && args[3].equals("recompute");
    ForwardOptions options = new ForwardOptions(ForwardOptions.DEFAULT.precision(), recompute);
    try (Backend backend = Bench.open(args[0]);
        Policy policy = Policy.load(backend, Models.of(llama(length)), options, BenchModel::fresh);
        ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT);
        Stepper<MicroBatch> stepper =
            new Stepper<>(
                policy,
                new SftObjective(),
                StepperOptions.of(
                    new AdamWOptimizer(0.9, 0.999, 1e-8, 0.01, DecayedParameters.ALL), 0),
                programs)) {
      double before = Bench.peakMiB();
      double[] millis = new double[Integer.parseInt(args[2])];
      double loss = 0;
      for (int i = -WARM_UP; i < millis.length; i++) {
        long start = System.nanoTime();
        MicroBatch batch = StepBench.batch(1, length, llama(length).dims().vocab());
        loss = stepper.step(List.of(batch), i + WARM_UP + 1, 1e-4).loss();
        if (i >= 0) {
          millis[i] = (System.nanoTime() - start) / 1e6;
        }
      }
      System.out.printf(
          Locale.ROOT,
          "fettle %s row of %d%s median %.0f ms min %.0f compile %.1fs loss %.4f rss before %.0f peak %.0f MiB%n",
          args[0],
          length,
          recompute ? " recomputed" : "",
          Bench.median(millis),
          Arrays.stream(millis).min().orElse(Double.NaN),
          programs.compileMillis() / 1e3,
          loss,
          before,
          Bench.peakMiB());
    }
  }

  /** 4 layers of 8 heads of 64, two to a key head: 15 million parameters. */
  private static LlamaConfig llama(int length) {
    return new LlamaConfig(
        LlamaConfig.Family.LLAMA,
        new Dimensions(8192, 512, 1408, 4, 8, 4, 64, length),
        new SpecialTokenIds(OptionalInt.empty(), List.of(), OptionalInt.empty()),
        new RopeConfig(10_000, 64, length, new RopeScaling.Default()),
        Activation.SILU,
        1e-5,
        new LlamaConfig.Biases(false, false, false),
        false,
        Optional.empty(),
        true,
        0.02);
  }
}
