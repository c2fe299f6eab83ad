package dev.fettle.backend.onnxruntime;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.ReductionContract;

final class OrtReductionTest extends ReductionContract {
  @Override
  protected BackendProvider provider() {
    return new OrtProvider();
  }
}
