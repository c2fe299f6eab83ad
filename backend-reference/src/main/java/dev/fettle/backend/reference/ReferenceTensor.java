package dev.fettle.backend.reference;

import dev.fettle.ir.TensorType;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.HostTensor;
import org.jspecify.annotations.Nullable;

/** A result: shares the elements, which never change. */
final class ReferenceTensor implements DeviceTensor {
  private final TensorType type;
  private @Nullable Elements elements;

  ReferenceTensor(TensorType type, Elements elements) {
    this.type = type;
    this.elements = elements;
  }

  @Override
  public TensorType type() {
    return type;
  }

  @Override
  public HostTensor toHost() {
    Elements here = elements;
    if (here == null) {
      throw new IllegalStateException(
          "this result has been freed: it was closed, or its program was run again");
    }
    return here.toHost(type);
  }

  @Override
  public void close() {
    elements = null;
  }
}
