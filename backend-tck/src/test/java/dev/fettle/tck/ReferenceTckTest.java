package dev.fettle.tck;

import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.spi.BackendProvider;
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
}
