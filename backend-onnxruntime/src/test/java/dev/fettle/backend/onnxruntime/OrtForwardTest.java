package dev.fettle.backend.onnxruntime;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.ForwardContract;

final class OrtForwardTest extends ForwardContract {
  @Override
  protected BackendProvider provider() {
    return new OrtProvider();
  }
}
