package dev.fettle.backend.onnxruntime;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.PrecisionContract;

final class OrtPrecisionTest extends PrecisionContract {
  @Override
  protected BackendProvider provider() {
    return new OrtProvider();
  }
}
