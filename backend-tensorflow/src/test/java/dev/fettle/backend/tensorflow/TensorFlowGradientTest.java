package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.GradientContract;

class TensorFlowGradientTest extends GradientContract {
  @Override
  protected BackendProvider provider() {
    return new TensorFlowProvider();
  }
}
