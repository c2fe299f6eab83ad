package dev.fettle.backend.tensorflow;

import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.AccuracyContract;
import dev.fettle.tck.CompositeContract;
import dev.fettle.tck.FailureContract;
import dev.fettle.tck.ForwardContract;
import dev.fettle.tck.GradientContract;
import dev.fettle.tck.OnnxNodeContract;
import dev.fettle.tck.StateContract;
import dev.fettle.tck.TrainingContract;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/**
 * The whole kit on the two paths the default settings mix by size: every composite compiled that
 * can be, however small, and none.
 */
class CompilePathsTest {
  private static final BackendOptions ALL = new BackendOptions(0, Map.of("xlaElements", "0"));
  private static final BackendOptions NONE =
      new BackendOptions(0, Map.of("xlaElements", Long.toString(Long.MAX_VALUE)));

  @Nested
  class Compiled {
    @Nested
    class Accuracy extends AccuracyContract {
      @Override
      protected BackendProvider provider() {
        return new TensorFlowProvider();
      }

      @Override
      protected BackendOptions options() {
        return ALL;
      }
    }

    @Nested
    class Composite extends CompositeContract {
      @Override
      protected BackendProvider provider() {
        return new TensorFlowProvider();
      }

      @Override
      protected BackendOptions options() {
        return ALL;
      }
    }

    @Nested
    class Failure extends FailureContract {
      @Override
      protected BackendProvider provider() {
        return new TensorFlowProvider();
      }

      @Override
      protected BackendOptions options() {
        return ALL;
      }
    }

    @Nested
    class Forward extends ForwardContract {
      @Override
      protected BackendProvider provider() {
        return new TensorFlowProvider();
      }

      @Override
      protected BackendOptions options() {
        return ALL;
      }
    }

    @Nested
    class Gradient extends GradientContract {
      @Override
      protected BackendProvider provider() {
        return new TensorFlowProvider();
      }

      @Override
      protected BackendOptions options() {
        return ALL;
      }
    }

    @Nested
    class OnnxNode extends OnnxNodeContract {
      @Override
      protected BackendProvider provider() {
        return new TensorFlowProvider();
      }

      @Override
      protected BackendOptions options() {
        return ALL;
      }
    }

    @Nested
    class State extends StateContract {
      @Override
      protected BackendProvider provider() {
        return new TensorFlowProvider();
      }

      @Override
      protected BackendOptions options() {
        return ALL;
      }
    }

    @Nested
    class Training extends TrainingContract {
      @Override
      protected BackendProvider provider() {
        return new TensorFlowProvider();
      }

      @Override
      protected BackendOptions options() {
        return ALL;
      }
    }
  }

  @Nested
  class Kernels {
    @Nested
    class Accuracy extends AccuracyContract {
      @Override
      protected BackendProvider provider() {
        return new TensorFlowProvider();
      }

      @Override
      protected BackendOptions options() {
        return NONE;
      }
    }

    @Nested
    class Composite extends CompositeContract {
      @Override
      protected BackendProvider provider() {
        return new TensorFlowProvider();
      }

      @Override
      protected BackendOptions options() {
        return NONE;
      }
    }

    @Nested
    class Failure extends FailureContract {
      @Override
      protected BackendProvider provider() {
        return new TensorFlowProvider();
      }

      @Override
      protected BackendOptions options() {
        return NONE;
      }
    }

    @Nested
    class Forward extends ForwardContract {
      @Override
      protected BackendProvider provider() {
        return new TensorFlowProvider();
      }

      @Override
      protected BackendOptions options() {
        return NONE;
      }
    }

    @Nested
    class Gradient extends GradientContract {
      @Override
      protected BackendProvider provider() {
        return new TensorFlowProvider();
      }

      @Override
      protected BackendOptions options() {
        return NONE;
      }
    }

    @Nested
    class OnnxNode extends OnnxNodeContract {
      @Override
      protected BackendProvider provider() {
        return new TensorFlowProvider();
      }

      @Override
      protected BackendOptions options() {
        return NONE;
      }
    }

    @Nested
    class State extends StateContract {
      @Override
      protected BackendProvider provider() {
        return new TensorFlowProvider();
      }

      @Override
      protected BackendOptions options() {
        return NONE;
      }
    }

    @Nested
    class Training extends TrainingContract {
      @Override
      protected BackendProvider provider() {
        return new TensorFlowProvider();
      }

      @Override
      protected BackendOptions options() {
        return NONE;
      }
    }
  }
}
