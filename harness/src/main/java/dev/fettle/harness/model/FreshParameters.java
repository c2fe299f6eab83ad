package dev.fettle.harness.model;

import dev.fettle.models.ModelParts;
import dev.fettle.models.nn.Initializer;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.random.RandomStream;
import dev.fettle.spi.HostTensor;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * First values of parameters: drawn from a stream of each one's own, so that they depend on the
 * seed and the parameter's place in the model alone.
 *
 * @param parts the model's parameters
 * @param seed of the draws
 * @param deviation standard deviation of weights
 */
public record FreshParameters(ModelParts parts, long seed, double deviation) {
  /** Elements filled by one thread at a time; a multiple of four words of the stream. */
  private static final int PIECE = 1 << 14;

  /** A parameter's first values. */
  public HostTensor of(ParameterSpec parameter) {
    if (parameter.fill() instanceof Initializer.FromBase made) {
      return made.by().apply(of(made.of()));
    }
    HostTensor tensor = HostTensor.allocate(parameter.type());
    FloatBuffer values = tensor.floats();
    Initializer fill = parameter.fill();
    if (fill instanceof Initializer.Constant constant) {
      for (int i = 0; i < values.capacity(); i++) {
        values.put(i, (float) constant.value());
      }
    } else if (fill instanceof Initializer.Normal normal) {
      // A Gaussian takes two doubles, and a double two words.
      drawn(values, stream(parameter), 4, r -> r.nextGaussian() * normal.factor() * deviation);
    } else if (fill instanceof Initializer.Uniform uniform) {
      drawn(values, stream(parameter), 2, r -> (2 * r.nextDouble() - 1) * uniform.bound());
    }
    return tensor;
  }

  /** Each source counts its own, so that a base model does not change with what stands on it. */
  private RandomStream stream(ParameterSpec parameter) {
    List<String> names = parts.from(parameter.source()).stream().map(ParameterSpec::name).toList();
    int micro =
        switch (parameter.source()) {
          case BASE -> 0;
          case ADAPTER -> 1;
          case HEAD -> 2;
          case QUANTISED -> 3;
        };
    return RandomStream.of(seed, RandomStream.Purpose.INIT, names.indexOf(parameter.name()), micro);
  }

  /**
   * Fills by pieces at the same time. Each begins at its own place of the stream, so the numbers
   * are those of one thread.
   *
   * @param words of the stream that an element takes
   */
  private static void drawn(
      FloatBuffer values, RandomStream stream, int words, ToDoubleFunction<RandomStream> draw) {
    int pieces = (values.capacity() + PIECE - 1) / PIECE;
    IntStream.range(0, pieces)
        .parallel()
        .forEach(
            piece -> {
              int from = piece * PIECE;
              int to = Math.min(from + PIECE, values.capacity());
              RandomStream own = stream.after((long) from * words);
              for (int i = from; i < to; i++) {
                values.put(i, (float) draw.applyAsDouble(own));
              }
            });
  }
}
