package dev.fettle.backend.onnxruntime;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.SteadyStateContract;

final class OrtSteadyStateTest extends SteadyStateContract {
  @Override
  protected BackendProvider provider() {
    return new OrtProvider();
  }
}
