package dev.fettle.sample;

import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.models.Models;
import dev.fettle.models.config.Activation;
import dev.fettle.models.config.Dimensions;
import dev.fettle.models.config.Gpt2Config;
import dev.fettle.models.config.SpecialTokenIds;
import dev.fettle.models.generate.Generator;
import dev.fettle.models.generate.GeneratorModel;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;

/** A small GPT-2 with random weights for the tiny tokenizer's vocabulary, and its generator. */
final class TinyPolicy implements AutoCloseable {
  private static final Gpt2Config CONFIG =
      new Gpt2Config(
          new Dimensions(101, 8, 16, 1, 2, 2, 4, 64),
          new SpecialTokenIds(OptionalInt.empty(), List.of(), OptionalInt.empty()),
          Activation.GELU_TANH,
          1e-5,
          true,
          false,
          true,
          0.02);

  final Backend backend = new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT);
  final Policy policy =
      Policy.load(backend, Models.of(CONFIG), ForwardOptions.DEFAULT, TinyPolicy::weights);
  final ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT);
  final Generator generator =
      new Generator(new GeneratorModel(policy.spec(), Precision.FULL), policy.state(), programs);

  private static HostTensor weights(ParameterSpec p) {
    HostTensor t = HostTensor.allocate(p.type());
    Random random = new Random(p.name().hashCode());
    for (long i = 0; i < t.elements(); i++) {
      t.set(i, random.nextGaussian() * 0.3);
    }
    return t;
  }

  @Override
  public void close() {
    generator.close();
    programs.close();
    policy.close();
    backend.close();
  }
}
