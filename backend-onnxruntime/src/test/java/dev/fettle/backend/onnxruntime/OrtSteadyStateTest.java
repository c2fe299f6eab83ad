package dev.fettle.backend.onnxruntime;

import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.SteadyStateContract;
import java.util.Map;

final class OrtSteadyStateTest extends SteadyStateContract {
  @Override
  protected BackendProvider provider() {
    return new OrtProvider();
  }

  /** So that the kit's small weights are kept packed, as large ones are. */
  @Override
  protected BackendOptions options() {
    return new BackendOptions(2, Map.of("packedFrom", "0"));
  }
}
