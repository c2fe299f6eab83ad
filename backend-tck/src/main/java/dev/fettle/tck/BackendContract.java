package dev.fettle.tck;

import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.ir.TensorType;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.HostTensor;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What all contracts share: the backend under test, watched by an {@link AssertingBackend}, and the
 * reference to compare with. A backend's test extends a contract and gives its provider, nothing
 * else.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(Waivers.class)
public abstract class BackendContract {
  private @Nullable Backend backend;
  private @Nullable Backend reference;

  /** For subclasses. */
  protected BackendContract() {}

  /** The backend under test. */
  protected abstract BackendProvider provider();

  /**
   * The device to test on: the one that the system property {@code fettle.device} names, or the
   * CPU.
   */
  protected Device device() {
    return namedDevice();
  }

  static Device namedDevice() {
    return Device.parse(System.getProperty("fettle.device", "cpu"));
  }

  /** How to open the backend. */
  protected BackendOptions options() {
    return BackendOptions.DEFAULT;
  }

  @BeforeAll
  final void open() {
    backend = new AssertingBackend(provider().open(device(), options()));
    reference = new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT);
  }

  @AfterAll
  final void close() {
    if (backend != null) {
      backend.close();
    }
    if (reference != null) {
      reference.close();
    }
  }

  /** The backend under test. */
  protected final Backend backend() {
    return Objects.requireNonNull(backend);
  }

  /** The oracle. */
  protected final Backend reference() {
    return Objects.requireNonNull(reference);
  }

  final Trial trial() {
    return new Trial(backend(), CompileOptions.DEFAULT);
  }

  final Trial oracle() {
    return new Trial(reference(), CompileOptions.DEFAULT);
  }

  /** Normal numbers, the same for the same seed. */
  static HostTensor normal(TensorType type, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    HostTensor t = HostTensor.allocate(type);
    for (long i = 0; i < t.elements(); i++) {
      t.set(i, (float) random.nextGaussian());
    }
    return t;
  }
}
