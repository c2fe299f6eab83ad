package dev.fettle.backend.onnxruntime;

import dev.fettle.backend.onnxruntime.device.Cell;
import dev.fettle.ir.TensorType;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.HostTensor;
import org.jspecify.annotations.Nullable;

/** A result, in memory that belongs to its executable and is used again once closed. */
final class OrtResult implements DeviceTensor {
  private final String name;
  private final TensorType type;
  private @Nullable Cell place;

  OrtResult(String name, TensorType type, Cell place) {
    this.name = name;
    this.type = type;
    this.place = place;
  }

  @Override
  public TensorType type() {
    return type;
  }

  @Override
  public HostTensor toHost() {
    return open().whole();
  }

  @Override
  public double item() {
    Cell here = open();
    if (type.shape().elements() != 1) {
      throw new IllegalStateException("output " + name + " is " + type + ", not one element");
    }
    return here.part(0, 1).get(0);
  }

  private Cell open() {
    Cell here = place;
    if (here == null) {
      throw new IllegalStateException(
          "output " + name + " was closed, or freed by the next run of its program");
    }
    return here;
  }

  @Override
  public void close() {
    place = null;
  }
}
