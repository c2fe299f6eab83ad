package dev.fettle.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.spi.support.SoleUse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class SoleUseTest {
  private final SoleUse guard = new SoleUse("the thing");

  @Test
  void aSecondThreadIsRefusedWhileTheFirstIsIn() throws InterruptedException {
    CountDownLatch in = new CountDownLatch(1);
    CountDownLatch out = new CountDownLatch(1);
    Thread first =
        new Thread(
            () ->
                guard.run(
                    () -> {
                      in.countDown();
                      try {
                        out.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                    }),
            "first");
    first.start();
    in.await();
    assertThatThrownBy(() -> guard.call(() -> 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the thing is in use by thread 'first'");
    assertThatThrownBy(() -> guard.close(() -> {})).isInstanceOf(IllegalStateException.class);
    assertThat(guard.isClosed()).isFalse();
    out.countDown();
    first.join();
    assertThat(guard.call(() -> 2)).isEqualTo(2);
  }

  @Test
  void aCallFromWithinIsRefusedAndHarmsNothing() {
    assertThatThrownBy(() -> guard.run(() -> guard.run(() -> {})))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("from within one of its own calls");
    assertThat(guard.call(() -> 3)).isEqualTo(3);
  }

  @Test
  void anErrorLeavesItFree() {
    assertThatThrownBy(
            () ->
                guard.run(
                    () -> {
                      throw new IllegalArgumentException("no");
                    }))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(guard.call(() -> 4)).isEqualTo(4);
  }

  @Test
  void theEndComesOnce() {
    List<String> ends = new ArrayList<>();
    guard.close(() -> ends.add("end"));
    guard.close(() -> ends.add("again"));
    assertThat(ends).containsExactly("end");
    assertThatThrownBy(() -> guard.run(() -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the thing is closed; open another one");
  }
}
