package dev.fettle.integration;

import dev.fettle.backend.onnxruntime.OrtProvider;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.models.Models;
import dev.fettle.models.generate.Generator;
import dev.fettle.models.generate.GeneratorModel;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Tokens of GPT-2's layers on the first GPU, with a mark in the fake's log after each. */
public final class CountedDecode {
  private CountedDecode() {}

  /** Arguments: device, width, layers, rows, precision, tokens, and settings a=b. */
  public static void main(String[] args) {
    Map<String, String> extra = new HashMap<>();
    for (int i = 6; i < args.length; i++) {
      extra.put(args[i].split("=", 2)[0], args[i].split("=", 2)[1]);
    }
    ForwardOptions options = new ForwardOptions(Precision.valueOf(args[4]), false);
    int rows = Integer.parseInt(args[3]);
    SamplingOptions greedy =
        SamplingOptions.sampling(Integer.parseInt(args[5]))
            .withStopIds(Set.of())
            .withTemperature(0);
    List<int[]> prompts = IntStream.range(0, rows).mapToObj(i -> new int[32]).toList();
    try (Backend backend =
            new OrtProvider().open(Device.parse(args[0]), new BackendOptions(2, extra));
        Policy policy =
            Policy.load(
                backend,
                Models.of(CountedSteps.gpt2(Integer.parseInt(args[1]), Integer.parseInt(args[2]))),
                options,
                p -> HostTensor.allocate(p.type()));
        ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT);
        Generator generator =
            new Generator(
                new GeneratorModel(policy.spec(), options.precision()), policy.state(), programs)) {
      int[] tokens = {0};
      CountedSteps.mark("prompt");
      generator.generate(
          prompts,
          greedy,
          (row, id) -> {
            if (row == rows - 1) {
              CountedSteps.mark("token " + ++tokens[0]);
            }
          });
      System.out.println("generated " + tokens[0]);
    }
  }
}
