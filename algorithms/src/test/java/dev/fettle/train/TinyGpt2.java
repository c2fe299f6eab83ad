package dev.fettle.train;

import dev.fettle.models.Models;
import dev.fettle.models.config.Activation;
import dev.fettle.models.config.Dimensions;
import dev.fettle.models.config.Gpt2Config;
import dev.fettle.models.config.SpecialTokenIds;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.spi.Backend;
import dev.fettle.spi.HostTensor;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;

/** A model of one block for 64 tokens, with the same random weights each time. */
final class TinyGpt2 {
  private static final Gpt2Config CONFIG =
      new Gpt2Config(
          new Dimensions(64, 8, 16, 1, 2, 2, 4, 16),
          new SpecialTokenIds(OptionalInt.empty(), List.of(), OptionalInt.empty()),
          Activation.GELU_TANH,
          1e-5,
          true,
          false,
          true,
          0.02);

  private TinyGpt2() {}

  static Policy policy(Backend backend) {
    return Policy.load(backend, Models.of(CONFIG), ForwardOptions.DEFAULT, TinyGpt2::weights);
  }

  private static HostTensor weights(ParameterSpec p) {
    HostTensor t = HostTensor.allocate(p.type());
    Random random = new Random(p.name().hashCode());
    for (long i = 0; i < t.elements(); i++) {
      t.set(i, random.nextGaussian() * 0.2);
    }
    return t;
  }
}
