package dev.fettle.tck;

import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import org.junit.jupiter.api.Nested;

/**
 * Every contract that a device is held to, in one class: a subclass names the backend and the
 * device. What is one for a backend as such, like {@link CoverageContract}, is not among them.
 */
public abstract class AllContracts extends ComputingContracts {

  /** For subclasses. */
  protected AllContracts() {}

  @Nested
  class Precision extends PrecisionContract {
    @Override
    protected BackendProvider provider() {
      return AllContracts.this.provider();
    }

    @Override
    protected Device device() {
      return AllContracts.this.device();
    }
  }

  @Nested
  class Reduction extends ReductionContract {
    @Override
    protected BackendProvider provider() {
      return AllContracts.this.provider();
    }

    @Override
    protected Device device() {
      return AllContracts.this.device();
    }
  }

  @Nested
  class SteadyState extends SteadyStateContract {
    @Override
    protected BackendProvider provider() {
      return AllContracts.this.provider();
    }

    @Override
    protected Device device() {
      return AllContracts.this.device();
    }
  }

  @Nested
  class Failure extends FailureContract {
    @Override
    protected BackendProvider provider() {
      return AllContracts.this.provider();
    }

    @Override
    protected Device device() {
      return AllContracts.this.device();
    }
  }

  @Nested
  class Lifetime extends LifetimeContract {
    @Override
    protected BackendProvider provider() {
      return AllContracts.this.provider();
    }

    @Override
    protected Device device() {
      return AllContracts.this.device();
    }
  }

  @Nested
  class Threads extends ThreadContract {
    @Override
    protected BackendProvider provider() {
      return AllContracts.this.provider();
    }

    @Override
    protected Device device() {
      return AllContracts.this.device();
    }
  }
}
