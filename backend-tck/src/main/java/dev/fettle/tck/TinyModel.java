package dev.fettle.tck;

import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.spi.HostTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/** A model small enough to train in a test, on made-up data. */
interface TinyModel {

  /** The parameters and their types. */
  Map<String, TensorType> parameters(DType floats);

  /** What the loss needs of a micro-batch of so many rows. */
  Map<String, TensorType> inputs(DType floats, int batch);

  /**
   * The loss as a sum over rows, so that micro-batches add up.
   *
   * @param g the graph to append to
   * @param values parameters and inputs by name
   * @param recompute true to compute activations again in the reverse sweep
   */
  Value loss(GraphBuilder g, Function<String, Value> values, boolean recompute);

  /** Rows {@code first} and on of an endless made-up data set. */
  Map<String, HostTensor> batch(DType floats, int batch, int first);

  /** Parameters to start from. */
  default Map<String, HostTensor> start(DType floats) {
    Map<String, HostTensor> made = new LinkedHashMap<>();
    SplittableRandom random = new SplittableRandom(7);
    parameters(floats)
        .forEach(
            (name, type) -> {
              HostTensor t = HostTensor.allocate(type);
              boolean gain = name.endsWith("gamma");
              for (long i = 0; i < t.elements(); i++) {
                t.set(i, (float) ((gain ? 1 : 0) + 0.3 * random.nextGaussian()));
              }
              made.put(name, t);
            });
    return made;
  }

  /** The names of the parameters. */
  default List<String> names() {
    return List.copyOf(parameters(DType.F32).keySet());
  }
}
