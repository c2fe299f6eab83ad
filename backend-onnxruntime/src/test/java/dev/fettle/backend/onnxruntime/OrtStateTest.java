package dev.fettle.backend.onnxruntime;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.StateContract;

final class OrtStateTest extends StateContract {
  @Override
  protected BackendProvider provider() {
    return new OrtProvider();
  }
}
