package dev.fettle.objective;

import dev.fettle.spi.HostTensor;
import java.util.Map;

/**
 * One equation: what a batch is made into, and the loss computed from it. An objective knows no
 * backend and no optimizer, and holds no state.
 *
 * @param <B> the micro-batch it reads, in host arrays
 */
public interface Objective<B> {

  /** The concrete sizes a micro-batch is run with; equal bindings share one compiled program. */
  Binding bind(B batch);

  /** Appends the loss for micro-batches of the given sizes. */
  Loss build(ObjectiveContext context, Binding binding);

  /**
   * The tensors a micro-batch is run with.
   *
   * @param normalizer what the sum over the whole optimizer step is divided by: the number of
   *     {@link #count counted} things in all its micro-batches together
   */
  Map<String, HostTensor> inputs(B batch, Binding binding, double normalizer);

  /** How many things (target tokens, pairs) of a micro-batch the loss averages over. */
  long count(B batch);

  /** Non-padding tokens of a micro-batch, for throughput. */
  long tokens(B batch);
}
