package dev.fettle.backend.onnxruntime;

import dev.fettle.ir.TensorType;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.HostTensor;

/** A result, in a buffer that belongs to its executable and is used again once closed. */
final class OrtResult implements DeviceTensor {
  private final String name;
  private final TensorType type;
  private final HostTensor host;
  private boolean closed;

  OrtResult(String name, TensorType type, HostTensor host) {
    this.name = name;
    this.type = type;
    this.host = host;
  }

  @Override
  public TensorType type() {
    return type;
  }

  @Override
  public HostTensor toHost() {
    requireOpen();
    HostTensor copy = HostTensor.allocate(type);
    copy.bytes().put(host.bytes());
    return copy;
  }

  @Override
  public double item() {
    requireOpen();
    if (type.shape().elements() != 1) {
      throw new IllegalStateException("output " + name + " is " + type + ", not one element");
    }
    return host.get(0);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(
          "output " + name + " was closed, or freed by the next run of its program");
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
