package dev.fettle.backend.onnxruntime;

import dev.fettle.spi.Availability;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
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
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIf;

/** The contracts on a real card: {@code -Pgpu}, where there is one. */
@Tag("gpu")
class OrtGpuContractTest {
  private static final Device GPU = Device.parse("gpu:0");
  private static final String HERE = "dev.fettle.backend.onnxruntime.OrtGpuContractTest#isThere";

  static boolean isThere() {
    Availability usable = new OrtProvider().probe(GPU);
    if (!usable.available()) {
      System.out.println("skipped: " + usable.detail());
    }
    return usable.available();
  }

  @Nested
  @EnabledIf(HERE)
  class Forward extends ForwardContract {
    @Override
    protected BackendProvider provider() {
      return new OrtProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  @EnabledIf(HERE)
  class Gradient extends GradientContract {
    @Override
    protected BackendProvider provider() {
      return new OrtProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  @EnabledIf(HERE)
  class Composite extends CompositeContract {
    @Override
    protected BackendProvider provider() {
      return new OrtProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  @EnabledIf(HERE)
  class Reduction extends ReductionContract {
    @Override
    protected BackendProvider provider() {
      return new OrtProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  @EnabledIf(HERE)
  class Precision extends PrecisionContract {
    @Override
    protected BackendProvider provider() {
      return new OrtProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  @EnabledIf(HERE)
  class State extends StateContract {
    @Override
    protected BackendProvider provider() {
      return new OrtProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  @EnabledIf(HERE)
  class Failure extends FailureContract {
    @Override
    protected BackendProvider provider() {
      return new OrtProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  @EnabledIf(HERE)
  class Training extends TrainingContract {
    @Override
    protected BackendProvider provider() {
      return new OrtProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  @EnabledIf(HERE)
  class SteadyState extends SteadyStateContract {
    @Override
    protected BackendProvider provider() {
      return new OrtProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  @EnabledIf(HERE)
  class Threads extends ThreadContract {
    @Override
    protected BackendProvider provider() {
      return new OrtProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }

  @Nested
  @EnabledIf(HERE)
  class Lifetime extends LifetimeContract {
    @Override
    protected BackendProvider provider() {
      return new OrtProvider();
    }

    @Override
    protected Device device() {
      return GPU;
    }
  }
}
