package dev.fettle.backend.onnxruntime;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.CompositeContract;

final class OrtCompositeTest extends CompositeContract {
  @Override
  protected BackendProvider provider() {
    return new OrtProvider();
  }
}
