package dev.fettle.benchmarks;

import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.models.generate.Generator;
import dev.fettle.models.generate.GeneratorModel;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.generate.TokenListener;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Calls a generator over and over with prompts of 10 and 50 tokens and batches of 1, 3 and 8 in
 * turn: time and memory must be as flat after the first round as they are at the end.
 */
public final class GenerateBench {
  private static final int FRESH = 16;
  private static final int[] PROMPTS = {10, 50};
  private static final int[] ROWS = {1, 3, 8};
  private static final int WINDOW = 24;

  private GenerateBench() {}

  /** Arguments: backend, shape, calls. */
  public static void main(String[] args) {
    if (args.length < 3) {
      throw new IllegalArgumentException("usage: GenerateBench BACKEND tiny|small|gpt2 CALLS");
    }
    BenchModel shape = BenchModel.named(args[1]);
    Random random = new Random(0);
    int calls = Integer.parseInt(args[2]);
    try (Backend backend = Bench.open(args[0]);
        Policy policy = shape.on(backend, "f32");
        ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT);
        Generator generator =
            new Generator(
                new GeneratorModel(policy.spec(), Precision.FULL), policy.state(), programs)) {
      double[] millis = new double[WINDOW];
      for (int i = 0; i < calls; i++) {
        int length = PROMPTS[i % PROMPTS.length];
        int rows = ROWS[i / PROMPTS.length % ROWS.length];
        List<int[]> prompts =
            IntStream.range(0, rows)
                .mapToObj(r -> random.ints(length, 0, shape.dims().vocab()).toArray())
                .toList();
        SamplingOptions options = SamplingOptions.sampling(FRESH).withStopIds(Set.of()).withStep(i);
        long start = System.nanoTime();
        generator.generate(prompts, options, TokenListener.none());
        millis[i % WINDOW] = (System.nanoTime() - start) / 1e6;
        if ((i + 1) % WINDOW == 0) {
          System.out.printf(
              Locale.ROOT,
              "%s calls %3d-%3d: median %.0f ms, resident %.0f MiB, %d programs, state %.1f MiB%n",
              args[0],
              i + 2 - WINDOW,
              i + 1,
              Bench.median(millis),
              Bench.residentMiB(),
              programs.size(),
              policy.state().bytes() / 1048576.0);
        }
      }
    }
  }
}
