package dev.fettle.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.ir.DType;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DirectMemoryTest {
  private static final long GIB = 1L << 30;

  @Test
  void refusesWithNumbersAndTheFlagToSet() {
    DirectMemory memory = new DirectMemory(() -> 4 * GIB, () -> 3 * GIB);
    memory.require("state policy", GIB);
    assertThatThrownBy(() -> memory.require("state policy", GIB + GIB / 2))
        .isInstanceOf(DeviceFailureException.class)
        .hasMessageContaining("state policy needs 1.50 GiB")
        .hasMessageContaining("1.00 GiB of 4.00 GiB are left")
        .hasMessageContaining("-XX:MaxDirectMemorySize=5g");
  }

  @Test
  void looksAgainAfterACollection() {
    AtomicLong used = new AtomicLong(4 * GIB);
    DirectMemory memory = new DirectMemory(() -> 4 * GIB, () -> used.getAndSet(0));
    memory.require("state policy", GIB);
    assertThat(memory.available()).isEqualTo(4 * GIB);
  }

  @Test
  void knowsWhatThisProcessTakes() {
    DirectMemory memory = DirectMemory.ofThisProcess();
    assertThat(memory.limit()).isPositive();
    HostTensor held = HostTensor.allocate(DType.F32, 1 << 20);
    assertThat(memory.used()).isGreaterThanOrEqualTo(held.bytes().capacity());
  }
}
