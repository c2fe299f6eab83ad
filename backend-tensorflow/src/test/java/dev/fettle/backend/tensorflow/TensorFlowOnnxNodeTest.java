package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.OnnxNodeContract;

class TensorFlowOnnxNodeTest extends OnnxNodeContract {
  @Override
  protected BackendProvider provider() {
    return new TensorFlowProvider();
  }
}
