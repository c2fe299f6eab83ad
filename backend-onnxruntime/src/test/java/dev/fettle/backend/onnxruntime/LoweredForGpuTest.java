package dev.fettle.backend.onnxruntime;

import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.CompositeContract;
import dev.fettle.tck.ForwardContract;
import dev.fettle.tck.GradientContract;
import dev.fettle.tck.StateContract;
import dev.fettle.tck.TrainingContract;
import org.junit.jupiter.api.Nested;

/**
 * The contracts on programs as a GPU would be given them, computed by the CPU's kernels. Long sums
 * are not among them: a GPU's kernel takes a row of millions, the CPU's does not.
 */
class LoweredForGpuTest {

  @Nested
  class Forward extends ForwardContract {
    @Override
    protected BackendProvider provider() {
      return new FlatProvider();
    }
  }

  @Nested
  class Gradient extends GradientContract {
    @Override
    protected BackendProvider provider() {
      return new FlatProvider();
    }
  }

  @Nested
  class Composite extends CompositeContract {
    @Override
    protected BackendProvider provider() {
      return new FlatProvider();
    }
  }

  @Nested
  class State extends StateContract {
    @Override
    protected BackendProvider provider() {
      return new FlatProvider();
    }
  }

  @Nested
  class Training extends TrainingContract {
    @Override
    protected BackendProvider provider() {
      return new FlatProvider();
    }
  }
}
