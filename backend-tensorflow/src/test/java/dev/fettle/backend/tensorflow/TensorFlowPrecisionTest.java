package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.PrecisionContract;

final class TensorFlowPrecisionTest extends PrecisionContract {
  @Override
  protected BackendProvider provider() {
    return new TensorFlowProvider();
  }
}
