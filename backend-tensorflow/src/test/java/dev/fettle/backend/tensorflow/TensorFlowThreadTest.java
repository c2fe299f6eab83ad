package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.ThreadContract;

class TensorFlowThreadTest extends ThreadContract {
  @Override
  protected BackendProvider provider() {
    return new TensorFlowProvider();
  }
}
