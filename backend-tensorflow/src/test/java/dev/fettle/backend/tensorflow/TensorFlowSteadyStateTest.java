package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.SteadyStateContract;

final class TensorFlowSteadyStateTest extends SteadyStateContract {
  @Override
  protected BackendProvider provider() {
    return new TensorFlowProvider();
  }
}
