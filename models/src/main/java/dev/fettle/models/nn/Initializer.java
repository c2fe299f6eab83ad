package dev.fettle.models.nn;

import dev.fettle.spi.HostTensor;
import java.util.function.UnaryOperator;

/** How a parameter that no file holds is filled. */
public sealed interface Initializer {

  /** Weights: normal with the config's {@code initializer_range}. */
  Initializer NORMAL = new Normal(1);

  /** Biases, beta of a layer norm. */
  Initializer ZEROS = new Constant(0);

  /** Scales of norms. */
  Initializer ONES = new Constant(1);

  /**
   * Drawn from a normal distribution about zero.
   *
   * @param factor of the config's {@code initializer_range}: their product is the standard
   *     deviation
   */
  record Normal(double factor) implements Initializer {}

  /**
   * Drawn evenly from {@code [-bound, bound)}.
   *
   * @param bound positive
   */
  record Uniform(double bound) implements Initializer {

    /**
     * What torch's Linear has, {@code kaiming_uniform_(a=sqrt(5))}: the bound is {@code
     * 1/sqrt(inputs)}.
     */
    public static Uniform kaiming(long inputs) {
      return new Uniform(1 / Math.sqrt((double) inputs));
    }
  }

  /** One value everywhere. */
  record Constant(double value) implements Initializer {}

  /**
   * Made from a parameter of the base model, which itself need not be on the device: a copy to be
   * trained, or codes and scales of a quantised weight.
   *
   * @param of what is read
   * @param by makes the one from the other
   */
  record FromBase(ParameterSpec of, UnaryOperator<HostTensor> by) implements Initializer {}
}
