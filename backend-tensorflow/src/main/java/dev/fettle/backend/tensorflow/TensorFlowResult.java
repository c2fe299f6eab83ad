package dev.fettle.backend.tensorflow;

import dev.fettle.ir.TensorType;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.HostTensor;
import org.tensorflow.Tensor;

/** One fetched tensor of a run. */
final class TensorFlowResult implements DeviceTensor {
  private final TensorType type;
  private final Tensor tensor;
  private boolean closed;

  TensorFlowResult(TensorType type, Tensor tensor) {
    this.type = type;
    this.tensor = tensor;
  }

  @Override
  public TensorType type() {
    return type;
  }

  @Override
  public HostTensor toHost() {
    if (closed) {
      throw new IllegalStateException("this result is closed, or its program has run again");
    }
    return HostTransfer.toHost(tensor, type);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      tensor.close();
    }
  }
}
