package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.CompositeContract;
import java.util.Map;

/** The contract with every composite compiled that can be, however small. */
class TensorFlowXlaCompositeTest extends CompositeContract {
  @Override
  protected BackendProvider provider() {
    return new TensorFlowProvider();
  }

  @Override
  protected BackendOptions options() {
    return new BackendOptions(0, Map.of("xlaElements", "1"));
  }
}
