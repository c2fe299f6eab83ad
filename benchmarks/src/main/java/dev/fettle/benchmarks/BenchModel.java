package dev.fettle.benchmarks;

import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.Models;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.config.Activation;
import dev.fettle.models.config.Dimensions;
import dev.fettle.models.config.Gpt2Config;
import dev.fettle.models.config.SpecialTokenIds;
import dev.fettle.models.lora.LoraConfig;
import dev.fettle.models.lora.LoraLinears;
import dev.fettle.models.lora.LoraTargets;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.Initializer;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.spi.Backend;
import dev.fettle.spi.HostTensor;
import dev.fettle.train.Policy;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;

/**
 * GPT-2 shapes with random weights.
 *
 * @param name on the command line
 * @param dims sizes of the model
 * @param rows rows of a training step
 * @param length tokens of a row
 */
record BenchModel(String name, Dimensions dims, int rows, int length) {
  private static final int MAX_POSITIONS = 1024;
  private static final int RANK = 16;

  /** The shape of a name: {@code tiny}, {@code small} or {@code gpt2}. */
  static BenchModel named(String name) {
    return switch (name) {
      case "tiny" -> of(name, 512, 2, 64, 4, 4, 32);
      case "small" -> of(name, 8192, 6, 384, 6, 8, 128);
      case "gpt2" -> of(name, 50257, 12, 768, 12, 4, 256);
      default ->
          throw new IllegalArgumentException("shape '" + name + "' is not tiny, small or gpt2");
    };
  }

  private static BenchModel of(
      String name, int vocab, int layers, int embed, int heads, int rows, int length) {
    Dimensions dims =
        new Dimensions(vocab, embed, 4 * embed, layers, heads, heads, embed / heads, MAX_POSITIONS);
    return new BenchModel(name, dims, rows, length);
  }

  /** Puts the model on a backend, all of it to be trained. */
  Policy on(Backend backend, String precision) {
    return on(backend, precision, false);
  }

  /**
   * Puts the model on a backend.
   *
   * @param lora true to train an adapter of rank 16 on all linear layers, and nothing else
   */
  Policy on(Backend backend, String precision, boolean lora) {
    Gpt2Config config =
        new Gpt2Config(
            dims,
            new SpecialTokenIds(OptionalInt.empty(), List.of(), OptionalInt.empty()),
            Activation.GELU_TANH,
            1e-5,
            true,
            false,
            true,
            0.02);
    LanguageModel model = Models.of(config);
    Precision rounding = Bench.precision(precision);
    PolicySpec spec = lora ? adapted(model) : PolicySpec.of(model);
    return Policy.load(backend, spec, new ForwardOptions(rounding, false), BenchModel::fresh);
  }

  private static PolicySpec adapted(LanguageModel model) {
    PolicySpec whole = PolicySpec.of(model);
    LoraConfig lora = LoraConfig.of(RANK, 2 * RANK, new LoraTargets.AllLinear());
    return whole.adapted(new LoraLinears(whole.linears(), lora, model.names()));
  }

  /** Weights of a new model, the same each time. */
  static HostTensor fresh(ParameterSpec p) {
    HostTensor t = HostTensor.allocate(p.type());
    FloatBuffer values = t.floats();
    Random random = new Random(p.name().hashCode());
    for (int i = 0; i < values.capacity(); i++) {
      float value = p.fill().equals(Initializer.ONES) ? 1 : (float) random.nextGaussian() * 0.02f;
      values.put(i, p.fill().equals(Initializer.ZEROS) ? 0 : value);
    }
    return t;
  }
}
