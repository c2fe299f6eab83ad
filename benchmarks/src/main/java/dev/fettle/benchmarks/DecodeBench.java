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
 * Times decoding of a GPT-2 shape: 8 rows, prompts of 32 tokens, 128 new ones, key-value cache;
 * greedy unless told otherwise. The counterpart of {@code peers/hf_generate.py}.
 */
public final class DecodeBench {
  private static final int ROWS = 8;
  private static final int PROMPT = 32;
  private static final int FRESH = 128;
  private static final int RUNS = 3;

  private DecodeBench() {}

  private static SamplingOptions options(String way) {
    SamplingOptions plain = SamplingOptions.sampling(FRESH).withStopIds(Set.of());
    return switch (way) {
      case "greedy" -> plain.withTemperature(0);
      case "top-k" -> plain.withTopK(50);
      case "plain" -> plain;
      default -> throw new IllegalArgumentException(way + " is not greedy, top-k or plain");
    };
  }

  /** Arguments: backend, shape, how tokens are chosen. */
  public static void main(String[] args) {
    if (args.length < 2) {
      throw new IllegalArgumentException(
          "usage: DecodeBench BACKEND tiny|small|gpt2 [greedy|top-k|plain]");
    }
    String way = args.length > 2 ? args[2] : "greedy";
    BenchModel shape = BenchModel.named(args[1]);
    Random random = new Random(0);
    List<int[]> prompts =
        IntStream.range(0, ROWS)
            .mapToObj(i -> random.ints(PROMPT, 0, shape.dims().vocab()).toArray())
            .toList();
    try (Backend backend = Bench.open(args[0]);
        Policy policy = shape.on(backend, "f32");
        ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT);
        Generator generator =
            new Generator(
                new GeneratorModel(policy.spec(), Precision.FULL), policy.state(), programs)) {
      double best = Double.MAX_VALUE;
      for (int i = 0; i < RUNS; i++) {
        long start = System.nanoTime();
        generator.generate(prompts, options(way), TokenListener.none());
        best = Math.min(best, (System.nanoTime() - start) / 1e9);
      }
      System.out.printf(
          Locale.ROOT,
          "fettle %s %s decode %s best %.0f ms %.1f tok/s%n",
          args[0],
          args[1],
          way,
          best * 1e3,
          ROWS * FRESH / best);
    }
  }
}
