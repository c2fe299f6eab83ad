package dev.fettle.backend.tensorflow;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fettle.spi.Availability;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import dev.fettle.tck.AccuracyContract;
import dev.fettle.tck.CompositeContract;
import dev.fettle.tck.FailureContract;
import dev.fettle.tck.ForwardContract;
import dev.fettle.tck.GradientContract;
import dev.fettle.tck.LifetimeContract;
import dev.fettle.tck.PrecisionContract;
import dev.fettle.tck.ReductionContract;
import dev.fettle.tck.StateContract;
import dev.fettle.tck.SteadyStateContract;
import dev.fettle.tck.ThreadContract;
import dev.fettle.tck.TrainingContract;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** All the rules on a real card: {@code ./mvnw -Pgpu -pl backend-tensorflow -am test}. */
@Tag("gpu")
class OnGpuTest {
  private static final Device GPU = new Device("gpu", 0);

  @BeforeAll
  static void aGpu() {
    Availability gpu = new TensorFlowProvider().probe(GPU);
    assumeTrue(gpu.available(), "skipped: " + gpu.detail());
  }

  @Nested
  class Forward extends ForwardContract {
    @Override
    protected BackendProvider provider() {
      return new TensorFlowProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  class Gradient extends GradientContract {
    @Override
    protected BackendProvider provider() {
      return new TensorFlowProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  class Composite extends CompositeContract {
    @Override
    protected BackendProvider provider() {
      return new TensorFlowProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  class Training extends TrainingContract {
    @Override
    protected BackendProvider provider() {
      return new TensorFlowProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  class Precision extends PrecisionContract {
    @Override
    protected BackendProvider provider() {
      return new TensorFlowProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  class Reduction extends ReductionContract {
    @Override
    protected BackendProvider provider() {
      return new TensorFlowProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  class State extends StateContract {
    @Override
    protected BackendProvider provider() {
      return new TensorFlowProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  class SteadyState extends SteadyStateContract {
    @Override
    protected BackendProvider provider() {
      return new TensorFlowProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  class Failure extends FailureContract {
    @Override
    protected BackendProvider provider() {
      return new TensorFlowProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  class Lifetime extends LifetimeContract {
    @Override
    protected BackendProvider provider() {
      return new TensorFlowProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  class Threads extends ThreadContract {
    @Override
    protected BackendProvider provider() {
      return new TensorFlowProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  class Accuracy extends AccuracyContract {
    @Override
    protected BackendProvider provider() {
      return new TensorFlowProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }
}
