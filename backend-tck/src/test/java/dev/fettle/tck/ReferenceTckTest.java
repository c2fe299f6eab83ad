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
}
