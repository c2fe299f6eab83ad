package dev.fettle.spi;

import dev.fettle.ir.TensorType;

/**
 * A result of a run, on the device until asked for. Valid until closed; results not closed are
 * freed with their executable's next run.
 */
public interface DeviceTensor extends AutoCloseable {

  /** What it is. */
  TensorType type();

  /** A copy in host memory. */
  HostTensor toHost();

  /** The value of a one-element result. */
  default double item() {
    return toHost().get(0);
  }

  @Override
  void close();
}
