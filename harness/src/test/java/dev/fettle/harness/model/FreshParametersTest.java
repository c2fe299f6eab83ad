package dev.fettle.harness.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.ModelParts;
import dev.fettle.models.config.Activation;
import dev.fettle.models.config.Dimensions;
import dev.fettle.models.config.Gpt2Config;
import dev.fettle.models.config.SpecialTokenIds;
import dev.fettle.models.gpt2.Gpt2Model;
import dev.fettle.models.nn.Initializer;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Source;
import dev.fettle.models.random.RandomStream;
import dev.fettle.models.random.RandomStream.Purpose;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class FreshParametersTest {
  private static final int LAYERS = 8;
  private static final double DEVIATION = 0.02;

  private static LanguageModel gpt2() {
    SpecialTokenIds none = new SpecialTokenIds(OptionalInt.empty(), List.of(), OptionalInt.empty());
    return new Gpt2Model(
        new Gpt2Config(
            new Dimensions(300, 64, 256, LAYERS, 4, 4, 16, 128),
            none,
            Activation.GELU_TANH,
            1e-5,
            true,
            false,
            true,
            DEVIATION));
  }

  private static double deviation(FloatBuffer values) {
    double sum = 0;
    for (int i = 0; i < values.capacity(); i++) {
      sum += (double) values.get(i) * values.get(i);
    }
    return Math.sqrt(sum / values.capacity());
  }

  /** As transformers' GPT2PreTrainedModel: 1/sqrt(2 layers) on both ways into the stream. */
  @Test
  void whatGpt2AddsToItsStreamBeginsSmaller() {
    ModelParts parts = ModelParts.of(gpt2());
    FreshParameters fresh = new FreshParameters(parts, 5, DEVIATION);
    for (ParameterSpec p : parts.parameters()) {
      double found = deviation(fresh.of(p).floats());
      if (p.name().endsWith(".c_proj.weight")) {
        assertThat(found).as(p.name()).isCloseTo(DEVIATION / 4, within(0.05 * DEVIATION / 4));
      } else if (p.fill().equals(Initializer.NORMAL)) {
        assertThat(found).as(p.name()).isCloseTo(DEVIATION, within(0.05 * DEVIATION));
      } else {
        assertThat(found).as(p.name()).isIn(0.0, 1.0);
      }
    }
  }

  private static ParameterSpec large(Initializer fill) {
    TensorType type = TensorType.of(DType.F32, new Dim("rows", 501), new Dim("columns", 97));
    return new ParameterSpec("large", type, fill, Source.BASE);
  }

  @Test
  void piecesDrawnAtTheSameTimeAreOneStream() {
    ParameterSpec normal = large(new Initializer.Normal(0.5));
    ParameterSpec uniform = large(new Initializer.Uniform(3));
    ModelParts parts = new ModelParts(gpt2().names(), List.of(normal), List.of());
    FreshParameters fresh = new FreshParameters(parts, 5, 0.1);
    FloatBuffer drawn = fresh.of(normal).floats();
    FloatBuffer even = fresh.of(uniform).floats();
    RandomStream one = RandomStream.of(5, Purpose.INIT, 0, 0);
    RandomStream other = RandomStream.of(5, Purpose.INIT, 0, 0);
    for (int i = 0; i < drawn.capacity(); i++) {
      assertThat(drawn.get(i)).isEqualTo((float) (one.nextGaussian() * 0.5 * 0.1));
      assertThat(even.get(i)).isEqualTo((float) ((2 * other.nextDouble() - 1) * 3));
    }
  }
}
