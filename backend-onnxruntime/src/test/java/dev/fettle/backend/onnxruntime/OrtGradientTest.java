package dev.fettle.backend.onnxruntime;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.GradientContract;

final class OrtGradientTest extends GradientContract {
  @Override
  protected BackendProvider provider() {
    return new OrtProvider();
  }
}
