package dev.fettle.objective;

import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramKey;
import java.util.Map;

/**
 * One equation: what a batch is made into, and the loss computed from it. An objective knows no
 * backend and no optimizer, and holds no state.
 *
 * @param <B> the micro-batch it reads, in host arrays
 */
public interface Objective<B> {

  /** The sizes a micro-batch is run with; equal keys share one compiled program. */
  ProgramKey key(B batch);

  /** Appends the loss for micro-batches of the given sizes. */
  Loss build(ObjectiveContext context, ProgramKey key);

  /**
   * The tensors a micro-batch is run with. Those its program does not declare are left out.
   *
   * @param total the counts of all micro-batches of the optimizer step together: the normalizers
   */
  Map<String, HostTensor> inputs(B batch, ProgramKey key, Counts total);

  /** What a micro-batch holds. */
  Counts counts(B batch);
}
