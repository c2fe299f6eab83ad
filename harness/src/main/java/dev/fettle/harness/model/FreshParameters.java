package dev.fettle.harness.model;

import dev.fettle.models.ModelParts;
import dev.fettle.models.nn.Initializer;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.random.RandomStream;
import dev.fettle.spi.HostTensor;
import java.nio.FloatBuffer;

/**
 * First values of parameters: drawn from a stream of each one's own, so that they depend on the
 * seed and the parameter's place in the model alone.
 *
 * @param parts the model's parameters
 * @param seed of the draws
 * @param deviation standard deviation of weights
 */
public record FreshParameters(ModelParts parts, long seed, double deviation) {

  public HostTensor of(ParameterSpec parameter) {
    HostTensor tensor = HostTensor.allocate(parameter.type());
    FloatBuffer values = tensor.floats();
    if (parameter.initializer() == Initializer.ONES) {
      for (int i = 0; i < values.capacity(); i++) {
        values.put(i, 1);
      }
    } else if (parameter.initializer() == Initializer.NORMAL) {
      int place = parts.parameters().indexOf(parameter);
      RandomStream random = RandomStream.of(seed, RandomStream.Purpose.INIT, place, 0);
      for (int i = 0; i < values.capacity(); i++) {
        values.put(i, (float) (random.nextGaussian() * deviation));
      }
    }
    return tensor;
  }
}
