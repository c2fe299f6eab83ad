package dev.fettle.tck;

import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.Device;
import org.junit.jupiter.api.Nested;

/** The contracts about what is computed, on one device; see {@link AllContracts}. */
public abstract class ComputingContracts {

  /** For subclasses. */
  protected ComputingContracts() {}

  /** The backend under test. */
  protected abstract BackendProvider provider();

  /**
   * The device to test on: the one that the system property {@code fettle.device} names, or the
   * CPU.
   */
  protected Device device() {
    return BackendContract.namedDevice();
  }

  @Nested
  class Forward extends ForwardContract {
    @Override
    protected BackendProvider provider() {
      return ComputingContracts.this.provider();
    }

    @Override
    protected Device device() {
      return ComputingContracts.this.device();
    }
  }

  @Nested
  class Gradient extends GradientContract {
    @Override
    protected BackendProvider provider() {
      return ComputingContracts.this.provider();
    }

    @Override
    protected Device device() {
      return ComputingContracts.this.device();
    }
  }

  @Nested
  class Composite extends CompositeContract {
    @Override
    protected BackendProvider provider() {
      return ComputingContracts.this.provider();
    }

    @Override
    protected Device device() {
      return ComputingContracts.this.device();
    }
  }

  @Nested
  class State extends StateContract {
    @Override
    protected BackendProvider provider() {
      return ComputingContracts.this.provider();
    }

    @Override
    protected Device device() {
      return ComputingContracts.this.device();
    }
  }

  @Nested
  class Training extends TrainingContract {
    @Override
    protected BackendProvider provider() {
      return ComputingContracts.this.provider();
    }

    @Override
    protected Device device() {
      return ComputingContracts.this.device();
    }
  }
}
