package dev.fettle.backend.onnxruntime;

import dev.fettle.ir.TensorType;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.HostTensor;
import org.jspecify.annotations.Nullable;

/** A result, in a buffer that belongs to its executable and is used again once closed. */
final class OrtResult implements DeviceTensor {
  private final String name;
  private final TensorType type;
  private @Nullable HostTensor host;

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
    HostTensor copy = HostTensor.allocate(type);
    copy.bytes().put(open().bytes());
    return copy;
  }

  @Override
  public double item() {
    HostTensor here = open();
    if (type.shape().elements() != 1) {
      throw new IllegalStateException("output " + name + " is " + type + ", not one element");
    }
    return here.get(0);
  }

  private HostTensor open() {
    HostTensor here = host;
    if (here == null) {
      throw new IllegalStateException(
          "output " + name + " was closed, or freed by the next run of its program");
    }
    return here;
  }

  @Override
  public void close() {
    host = null;
  }
}
