package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.FailureContract;

class TensorFlowFailureTest extends FailureContract {
  @Override
  protected BackendProvider provider() {
    return new TensorFlowProvider();
  }
}
