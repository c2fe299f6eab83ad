package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.ReductionContract;

final class TensorFlowReductionTest extends ReductionContract {
  @Override
  protected BackendProvider provider() {
    return new TensorFlowProvider();
  }
}
