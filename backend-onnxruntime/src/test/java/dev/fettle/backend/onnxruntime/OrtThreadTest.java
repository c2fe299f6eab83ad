package dev.fettle.backend.onnxruntime;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.ThreadContract;

final class OrtThreadTest extends ThreadContract {
  @Override
  protected BackendProvider provider() {
    return new OrtProvider();
  }
}
