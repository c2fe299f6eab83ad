package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.AccuracyContract;

class TensorFlowAccuracyTest extends AccuracyContract {
  @Override
  protected BackendProvider provider() {
    return new TensorFlowProvider();
  }
}
