package dev.fettle.backend.onnxruntime;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fettle.spi.Availability;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import dev.fettle.tck.AllContracts;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** All the rules on a real card: {@code ./mvnw -Pgpu -pl backend-onnxruntime -am test}. */
@Tag("gpu")
class OrtGpuContractTest extends AllContracts {
  private static final Device GPU = new Device("gpu", 0);

  @BeforeAll
  static void aGpu() {
    Availability gpu = new OrtProvider().probe(GPU);
    assumeTrue(gpu.available(), "skipped: " + gpu.detail());
  }

  @Override
  protected BackendProvider provider() {
    return new OrtProvider();
  }

  @Override
  protected Device device() {
    return GPU;
  }
}
