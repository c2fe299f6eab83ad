package dev.fettle.backend.onnxruntime;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.TrainingContract;

final class OrtTrainingTest extends TrainingContract {
  @Override
  protected BackendProvider provider() {
    return new OrtProvider();
  }
}
