package dev.fettle.tck;

import dev.fettle.backend.reference.Kernels;
import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.ir.op.Op;
import dev.fettle.spi.BackendProvider;
import java.util.Set;
import org.junit.jupiter.api.Nested;

/** The reference backend keeps the contracts it is the oracle of. */
class ReferenceTckTest {

  @Nested
  class Forward extends ForwardContract {
    @Override
    protected BackendProvider provider() {
      return new ReferenceProvider();
    }
  }

  @Nested
  class Gradient extends GradientContract {
    @Override
    protected BackendProvider provider() {
      return new ReferenceProvider();
    }
  }

  @Nested
  class Composite extends CompositeContract {
    @Override
    protected BackendProvider provider() {
      return new ReferenceProvider();
    }
  }

  @Nested
  class Training extends TrainingContract {
    @Override
    protected BackendProvider provider() {
      return new ReferenceProvider();
    }
  }

  @Nested
  class State extends StateContract {
    @Override
    protected BackendProvider provider() {
      return new ReferenceProvider();
    }
  }

  @Nested
  class Failure extends FailureContract {
    @Override
    protected BackendProvider provider() {
      return new ReferenceProvider();
    }
  }

  @Nested
  class Lifetime extends LifetimeContract {
    @Override
    protected BackendProvider provider() {
      return new ReferenceProvider();
    }
  }

  @Nested
  class Threads extends ThreadContract {
    @Override
    protected BackendProvider provider() {
      return new ReferenceProvider();
    }
  }

  @Nested
  class SteadyState extends SteadyStateContract {
    @Override
    protected BackendProvider provider() {
      return new ReferenceProvider();
    }
  }

  @Nested
  class Reduction extends ReductionContract {
    @Override
    protected BackendProvider provider() {
      return new ReferenceProvider();
    }
  }

  @Nested
  class Coverage extends CoverageContract {
    @Override
    protected Set<Class<? extends Op>> lowered() {
      return Kernels.types();
    }
  }

  @Nested
  class OnnxNodes extends OnnxNodeContract {
    @Override
    protected BackendProvider provider() {
      return new ReferenceProvider();
    }
  }
}
