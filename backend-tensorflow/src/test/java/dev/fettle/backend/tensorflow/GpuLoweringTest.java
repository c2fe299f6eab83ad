package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.CompositeContract;
import dev.fettle.tck.FailureContract;
import dev.fettle.tck.ForwardContract;
import dev.fettle.tck.GradientContract;
import dev.fettle.tck.PrecisionContract;
import dev.fettle.tck.ReductionContract;
import dev.fettle.tck.StateContract;
import dev.fettle.tck.SteadyStateContract;
import dev.fettle.tck.TrainingContract;
import org.junit.jupiter.api.Nested;

/** The rules hold for what is written for a GPU, wherever its nodes are put. */
class GpuLoweringTest {

  @Nested
  class Forward extends ForwardContract {
    @Override
    protected BackendProvider provider() {
      return new GpuLowering();
    }
  }

  @Nested
  class Gradient extends GradientContract {
    @Override
    protected BackendProvider provider() {
      return new GpuLowering();
    }
  }

  @Nested
  class Composite extends CompositeContract {
    @Override
    protected BackendProvider provider() {
      return new GpuLowering();
    }
  }

  @Nested
  class Training extends TrainingContract {
    @Override
    protected BackendProvider provider() {
      return new GpuLowering();
    }
  }

  @Nested
  class Precision extends PrecisionContract {
    @Override
    protected BackendProvider provider() {
      return new GpuLowering();
    }
  }

  @Nested
  class Reduction extends ReductionContract {
    @Override
    protected BackendProvider provider() {
      return new GpuLowering();
    }
  }

  @Nested
  class State extends StateContract {
    @Override
    protected BackendProvider provider() {
      return new GpuLowering();
    }
  }

  @Nested
  class SteadyState extends SteadyStateContract {
    @Override
    protected BackendProvider provider() {
      return new GpuLowering();
    }
  }

  @Nested
  class Failure extends FailureContract {
    @Override
    protected BackendProvider provider() {
      return new GpuLowering();
    }
  }
}
