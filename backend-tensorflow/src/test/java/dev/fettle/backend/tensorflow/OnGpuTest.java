package dev.fettle.backend.tensorflow;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fettle.spi.Availability;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import dev.fettle.tck.AccuracyContract;
import dev.fettle.tck.AllContracts;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** All the rules on a real card: {@code ./mvnw -Pgpu -pl backend-tensorflow -am test}. */
@Tag("gpu")
class OnGpuTest extends AllContracts {
  private static final Device GPU = new Device("gpu", 0);

  @BeforeAll
  static void aGpu() {
    Availability gpu = new TensorFlowProvider().probe(GPU);
    assumeTrue(gpu.available(), "skipped: " + gpu.detail());
  }

  @Override
  protected BackendProvider provider() {
    return new TensorFlowProvider();
  }

  @Override
  protected Device device() {
    return GPU;
  }

  @Nested
  class Accuracy extends AccuracyContract {
    @Override
    protected BackendProvider provider() {
      return OnGpuTest.this.provider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }
}
