package dev.fettle.backend.onnxruntime;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.LifetimeContract;

final class OrtLifetimeTest extends LifetimeContract {
  @Override
  protected BackendProvider provider() {
    return new OrtProvider();
  }
}
