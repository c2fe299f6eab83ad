package dev.fettle.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules H-1 to H-3: threads never spoil each other's results. */
public abstract class ThreadContract extends BackendContract {
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);
  private static final int REFUSALS = 20;

  /** Large enough that a run is often met by another. */
  private static final Slot COUNTER =
      new Slot("counter", TensorType.of(DType.F32, new Dim("n", 1 << 18)));

  private final ExecutorService threads = Executors.newFixedThreadPool(4);

  /** For subclasses. */
  protected ThreadContract() {}

  @AfterAll
  final void stop() {
    threads.shutdownNow();
  }

  /** counter' = counter + 1, read = counter'. */
  private static Program counting() {
    ProgramBuilder b = new ProgramBuilder("counting");
    var next = b.g().add(b.state(COUNTER, false), b.g().fill(1, COUNTER.type()));
    b.write(COUNTER.name(), next);
    b.output("read", next);
    return b.build();
  }

  /** What two threads met. */
  private record Tally(AtomicInteger done, AtomicInteger refused, long until) {

    static Tally begin() {
      return new Tally(
          new AtomicInteger(), new AtomicInteger(), System.nanoTime() + LONG_ENOUGH.toNanos());
    }

    boolean goesOn() {
      return System.nanoTime() < until && (done.get() < REFUSALS || refused.get() < REFUSALS);
    }

    /** Runs until both were met often enough; a refusal must say who is in the way. */
    void attempt(Runnable call) {
      while (goesOn()) {
        try {
          call.run();
          done.incrementAndGet();
        } catch (IllegalStateException e) {
          assertThat(e).hasMessageContaining("in use by thread 'pool-");
          refused.incrementAndGet();
        }
      }
    }
  }

  @Test
  @DisplayName("H-1 a second thread is served rightly, or refused by name of the first")
  void secondThread() throws Exception {
    try (DeviceState state = backend().newState("s");
        Executable first = backend().compile(counting());
        Executable second = backend().compile(counting())) {
      state.allocate(COUNTER);
      Tally tally = Tally.begin();
      // Two programs over one state, from a thread each; neither knows of the other.
      Future<?> one = threads.submit(() -> tally.attempt(() -> first.run(state, Map.of())));
      Future<?> two = threads.submit(() -> tally.attempt(() -> second.run(state, Map.of())));
      one.get();
      two.get();
      assertThat(tally.done().get()).isGreaterThanOrEqualTo(REFUSALS);
      float[] counted = state.download(COUNTER.name()).toFloats();
      assertThat(counted).containsOnly(tally.done().get());
    }
  }

  @Test
  @DisplayName("H-2 threads may take turns")
  void turns() throws Exception {
    Backend mine = threads.submit(() -> provider().open(device(), options())).get();
    DeviceState state = threads.submit(() -> mine.newState("s")).get();
    threads.submit(() -> state.allocate(COUNTER)).get();
    Executable executable = threads.submit(() -> mine.compile(counting())).get();
    for (int i = 1; i <= 8; i++) {
      var result = threads.submit(() -> executable.run(state, Map.of())).get();
      assertThat(Maps.get(result, "read").toHost().get(7)).isEqualTo(i);
    }
    threads.submit(mine::close).get();
  }

  @Test
  @DisplayName("H-3 closing while another thread computes waits or is refused")
  void closing() throws Exception {
    Backend mine = provider().open(device(), options());
    DeviceState state = mine.newState("s");
    state.allocate(COUNTER);
    Executable executable = mine.compile(counting());
    AtomicBoolean begun = new AtomicBoolean();
    AtomicBoolean closed = new AtomicBoolean();
    Future<?> computing =
        threads.submit(
            () -> {
              while (!closed.get()) {
                executable.run(state, Map.of());
                begun.set(true);
              }
              executable.run(state, Map.of());
            });
    while (!begun.get()) {
      Thread.onSpinWait();
    }
    while (!closed.get() && !computing.isDone()) {
      try {
        mine.close();
        closed.set(true);
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageContaining("in use by thread 'pool-");
      }
    }
    closed.set(true);
    ExecutionException end =
        org.junit.jupiter.api.Assertions.assertThrows(ExecutionException.class, computing::get);
    assertThat(end).hasCauseInstanceOf(IllegalStateException.class);
    mine.close();
  }
}
