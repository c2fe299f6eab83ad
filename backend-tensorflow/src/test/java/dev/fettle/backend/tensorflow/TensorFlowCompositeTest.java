package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.CompositeContract;

class TensorFlowCompositeTest extends CompositeContract {
  @Override
  protected BackendProvider provider() {
    return new TensorFlowProvider();
  }
}
