package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.ForwardContract;

class TensorFlowForwardTest extends ForwardContract {
  @Override
  protected BackendProvider provider() {
    return new TensorFlowProvider();
  }
}
