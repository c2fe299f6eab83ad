package dev.fettle.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.algorithm.Training;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** An evaluation holds one micro-batch at a time, and comes to what it would with all at hand. */
class EvaluationTest {
  private static final RowPlan PLAN =
      RowPlan.of(
          Made.examples(5, 9, 3, 12, 7, 10, 4), new PackingOptions(Packing.BFD, 16, 16, 100));

  private static StepResult evaluated(Training<MicroBatch> training) {
    try (Backend backend = new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT);
        Policy policy = TinyGpt2.policy(backend);
        ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT);
        Stepper<MicroBatch> stepper =
            new Stepper<>(
                policy,
                training.objective(),
                StepperOptions.of(new SgdOptimizer(0, 0, DecayedParameters.ALL), 1),
                programs)) {
      return training.evaluation().orElseThrow().apply(stepper);
    }
  }

  private static Training<MicroBatch> training(Iterable<MicroBatch> evaluation) {
    BatchOptions batches = new BatchOptions(2, 2, false, Order.inOrder(), 0);
    return Training.of(new SftObjective(), BatchSource.of(PLAN, batches)).evaluatedOn(evaluation);
  }

  @Test
  void collatedAsItIsWalkedItIsTheSame() {
    List<MicroBatch> all = new ArrayList<>();
    BatchSource.portions(PLAN, 2, Function.identity()).forEach(all::add);
    assertThat(all).hasSizeGreaterThan(1);
    AtomicInteger made = new AtomicInteger();
    Training<MicroBatch> lazy =
        training(
            BatchSource.portions(
                PLAN,
                2,
                rows -> {
                  made.incrementAndGet();
                  return rows;
                }));
    assertThat(made).hasValue(0);
    assertThat(evaluated(lazy)).isEqualTo(evaluated(training(all)));
    assertThat(made).hasValue(2 * all.size());
  }

  @Test
  void nothingToEvaluateOnIsNoEvaluation() {
    assertThat(training(List.of()).evaluation()).isEmpty();
  }
}
