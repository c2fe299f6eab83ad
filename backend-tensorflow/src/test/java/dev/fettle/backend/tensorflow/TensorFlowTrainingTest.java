package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.TrainingContract;

class TensorFlowTrainingTest extends TrainingContract {
  @Override
  protected BackendProvider provider() {
    return new TensorFlowProvider();
  }
}
