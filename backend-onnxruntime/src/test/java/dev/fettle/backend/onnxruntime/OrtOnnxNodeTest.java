package dev.fettle.backend.onnxruntime;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.OnnxNodeContract;

final class OrtOnnxNodeTest extends OnnxNodeContract {
  @Override
  protected BackendProvider provider() {
    return new OrtProvider();
  }
}
