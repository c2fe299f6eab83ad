package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.GradientContract;
import java.util.Map;

/** The contract with every composite compiled that can be, however small. */
class TensorFlowXlaGradientTest extends GradientContract {
  @Override
  protected BackendProvider provider() {
    return new TensorFlowProvider();
  }

  @Override
  protected BackendOptions options() {
    return new BackendOptions(0, Map.of("xlaElements", "1"));
  }
}
