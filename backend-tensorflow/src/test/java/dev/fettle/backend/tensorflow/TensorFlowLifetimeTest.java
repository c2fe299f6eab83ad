package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.LifetimeContract;

class TensorFlowLifetimeTest extends LifetimeContract {
  @Override
  protected BackendProvider provider() {
    return new TensorFlowProvider();
  }
}
