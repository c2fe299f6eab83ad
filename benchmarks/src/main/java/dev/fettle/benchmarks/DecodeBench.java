package dev.fettle.benchmarks;

import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.ModelParts;
import dev.fettle.models.Models;
import dev.fettle.models.StoredParameters;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.Generator;
import dev.fettle.models.generate.GeneratorModel;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.generate.TokenListener;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Times decoding with a key-value cache, of a GPT-2 shape or of a model's directory: greedy, 8
 * rows, prompts of 32 tokens, 128 new ones, unless told otherwise. The counterpart is {@code
 * peers/hf_generate.py}.
 */
public final class DecodeBench {
  private static final int RUNS = 3;

  private DecodeBench() {}

  private static SamplingOptions options(String way, int fresh) {
    SamplingOptions plain = SamplingOptions.sampling(fresh).withStopIds(Set.of());
    return switch (way) {
      case "greedy" -> plain.withTemperature(0);
      case "top-k" -> plain.withTopK(50);
      case "plain" -> plain;
      default -> throw new IllegalArgumentException(way + " is not greedy, top-k or plain");
    };
  }

  private static int number(String[] args, int at, int otherwise) {
    return args.length > at ? Integer.parseInt(args[at]) : otherwise;
  }

  private static Policy load(Backend backend, String shape) {
    if (!Files.isDirectory(Path.of(shape))) {
      return BenchModel.named(shape).on(backend, "f32");
    }
    LanguageModel model = Models.of(HfConfig.read(Path.of(shape)).model());
    try (WeightSource weights = WeightSource.open(Path.of(shape))) {
      StoredParameters stored = new StoredParameters(weights, ModelParts.of(model));
      return Policy.load(backend, model, ForwardOptions.DEFAULT, stored::read);
    }
  }

  /** Arguments: backend, shape or directory, how tokens are chosen, rows, new tokens, calls. */
  public static void main(String[] args) {
    if (args.length < 2) {
      throw new IllegalArgumentException(
          "usage: DecodeBench BACKEND tiny|small|gpt2|MODEL_DIR [greedy|top-k|plain [ROWS [NEW"
              + " [CALLS]]]]");
    }
    String way = args.length > 2 ? args[2] : "greedy";
    int rows = number(args, 3, 8);
    int fresh = number(args, 4, 128);
    int calls = number(args, 5, RUNS);
    try (Backend backend = Bench.open(args[0]);
        Policy policy = load(backend, args[1]);
        ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT);
        Generator generator =
            new Generator(
                new GeneratorModel(policy.spec(), Precision.FULL), policy.state(), programs)) {
      int vocab = policy.spec().body().shape().vocab();
      Random random = new Random(0);
      List<int[]> prompts =
          IntStream.range(0, rows).mapToObj(i -> random.ints(32, 0, vocab).toArray()).toList();
      double best = Double.MAX_VALUE;
      for (int i = 0; i < calls; i++) {
        long start = System.nanoTime();
        List<Generation> made =
            generator.generate(prompts, options(way, fresh), TokenListener.none());
        best = Math.min(best, (System.nanoTime() - start) / 1e9);
        assert made.size() == rows;
      }
      System.out.printf(
          Locale.ROOT,
          "fettle %s %s decode %s best %.0f ms %.1f tok/s%n",
          args[0],
          args[1],
          way,
          best * 1e3,
          rows * fresh / best);
    }
  }
}
