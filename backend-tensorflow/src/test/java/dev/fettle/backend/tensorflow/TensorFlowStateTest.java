package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.StateContract;

class TensorFlowStateTest extends StateContract {
  @Override
  protected BackendProvider provider() {
    return new TensorFlowProvider();
  }
}
