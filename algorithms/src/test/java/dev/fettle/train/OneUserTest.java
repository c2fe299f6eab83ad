package dev.fettle.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.algorithm.sft.SftObjective;
import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.data.Made;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.batch.Order;
import dev.fettle.data.pack.Packing;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.optim.SgdOptimizer;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.support.ProgramCache;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** A loop and its stepper serve one call at a time, whoever else tries. */
class OneUserTest {
  private static final RowPlan PLAN =
      RowPlan.of(
          Made.examples(5, 9, 3, 12, 7, 10, 4), new PackingOptions(Packing.BFD, 16, 16, 100));

  private final List<String> refused = new ArrayList<>();

  private void attempt(Runnable call) {
    try {
      CompletableFuture.runAsync(call).join();
    } catch (CompletionException e) {
      assertThat(e).hasCauseInstanceOf(IllegalStateException.class);
      refused.add(String.valueOf(e.getCause()));
    }
  }

  @Test
  void whoComesMeanwhileIsRefusedAndTheLoopGoesOn() {
    String owner = Thread.currentThread().getName();
    try (Backend backend = new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT);
        Policy policy = TinyGpt2.policy(backend);
        ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT);
        BatchSource<MicroBatch> source =
            BatchSource.of(PLAN, new BatchOptions(2, 2, false, Order.inOrder(), 0))) {
      Stepper<MicroBatch> stepper =
          new Stepper<>(
              policy,
              new SftObjective(),
              StepperOptions.of(new SgdOptimizer(0, 0, DecayedParameters.ALL), 1),
              programs);
      Progress from = new Progress(0, source.cursor(), 0);
      List<TrainingLoop<MicroBatch>> loops = new ArrayList<>();
      List<Long> steps = new ArrayList<>();
      TrainingListener meddler =
          new TrainingListener() {
            @Override
            public void onStep(StepEvent event) {
              steps.add(event.step());
              attempt(() -> loops.get(0).run(from));
            }
          };
      loops.add(
          new TrainingLoop<>(
              new TrainingLoop.Work<>(
                  stepper, source, step -> 0.1, Optional.empty(), at -> {}, () -> false),
              new LoopOptions(2, 0, 0),
              List.of(meddler)));
      assertThat(loops.get(0).run(from).progress().step()).isEqualTo(2);
      assertThat(steps).containsExactly(1L, 2L);
      assertThat(refused)
          .hasSize(2)
          .allSatisfy(
              message ->
                  assertThat(message)
                      .contains("the training loop is in use by thread '" + owner + "'"));
      stepper.close();
      stepper.close();
      assertThatThrownBy(() -> stepper.step(List.of(), 1, 0.1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the stepper is closed; open another one");
    }
  }
}
