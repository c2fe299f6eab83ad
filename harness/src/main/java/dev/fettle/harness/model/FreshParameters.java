package dev.fettle.harness.model;

import dev.fettle.models.ModelParts;
import dev.fettle.models.nn.Initializer;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.random.RandomStream;
import dev.fettle.spi.HostTensor;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * First values of parameters: drawn from a stream of each one's own, so that they depend on the
 * seed and the parameter's place in the model alone.
 *
 * @param parts the model's parameters
 * @param seed of the draws
 * @param deviation standard deviation of weights
 */
public record FreshParameters(ModelParts parts, long seed, double deviation) {

  /** A parameter's first values. */
  public HostTensor of(ParameterSpec parameter) {
    HostTensor tensor = HostTensor.allocate(parameter.type());
    FloatBuffer values = tensor.floats();
    Initializer fill = parameter.fill();
    if (fill instanceof Initializer.Constant constant) {
      fill(values, () -> constant.value());
    } else if (fill instanceof Initializer.Normal normal) {
      RandomStream random = stream(parameter);
      fill(values, () -> random.nextGaussian() * normal.factor() * deviation);
    } else if (fill instanceof Initializer.Uniform uniform) {
      RandomStream random = stream(parameter);
      fill(values, () -> (2 * random.nextDouble() - 1) * uniform.bound());
    } else {
      throw new IllegalArgumentException(parameter.name() + " is made from the base model");
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

  private static void fill(FloatBuffer values, DoubleSupplier next) {
    for (int i = 0; i < values.capacity(); i++) {
      values.put(i, (float) next.getAsDouble());
    }
  }
}
