package dev.fettle.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.algorithm.sft.SftObjective;
import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.data.Example;
import dev.fettle.data.Made;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.Packing;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.objective.Counts;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.optim.SgdOptimizer;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Exchanger;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Two workers with a part of each step's rows take the steps of one that has them all. */
class StepHookTest {
  private static final int STEPS = 3;

  /** What a worker came to: its losses, then its parameters. */
  private record Outcome(List<Double> losses, List<float[]> parameters) {}

  /** Shares counts, gradients and measurements with one other worker. */
  private record Pair(
      List<ParameterSpec> parameters,
      Exchanger<Counts> counts,
      Exchanger<List<HostTensor>> gradients,
      Exchanger<Measurements> measurements)
      implements StepHook {

    @Override
    public Counts countsOfAll(Counts local) {
      return local.plus(exchanged(counts, local));
    }

    @Override
    public void sum(DeviceState state, Measurements mine) {
      List<String> slots = parameters.stream().map(p -> "grad/" + p.name()).toList();
      List<HostTensor> own = slots.stream().map(state::download).toList();
      List<HostTensor> others = exchanged(gradients, own);
      for (int i = 0; i < slots.size(); i++) {
        HostTensor sum = HostTensor.allocate(parameters.get(i).type());
        for (long e = 0; e < sum.elements(); e++) {
          sum.set(e, own.get(i).get(e) + others.get(i).get(e));
        }
        state.upload(slots.get(i), sum);
      }
      Measurements before = new Measurements();
      before.add(mine);
      mine.add(exchanged(measurements, before));
    }

    private static <T> T exchanged(Exchanger<T> with, T mine) {
      try {
        return with.exchange(mine);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static List<MicroBatch> rows() {
    List<Example> examples = Made.examples(5, 9, 3, 12, 7);
    RowPlan plan = RowPlan.of(examples, new PackingOptions(Packing.NONE, 16, 16, 100));
    List<MicroBatch> batches = new ArrayList<>();
    BatchSource.portions(plan, 1, Function.identity()).forEach(batches::add);
    return batches;
  }

  private static Outcome train(
      Function<Policy, StepHook> hook, Function<Integer, List<MicroBatch>> rows) {
    try (Backend backend = new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT);
        Policy policy = TinyGpt2.policy(backend);
        Stepper<MicroBatch> stepper =
            new Stepper<>(
                policy,
                new SftObjective(),
                new StepperOptions(
                    new SgdOptimizer(0, 0, DecayedParameters.ALL), 1, hook.apply(policy)),
                new ProgramCache(backend, CompileOptions.DEFAULT))) {
      List<Double> losses = new ArrayList<>();
      for (int step = 1; step <= STEPS; step++) {
        losses.add(stepper.step(rows.apply(step), step, 0.1).loss());
      }
      return new Outcome(
          losses, policy.trainables().stream().map(p -> policy.parameter(p).toFloats()).toList());
    }
  }

  @Test
  void workersTakeTheStepsOfOne() throws Exception {
    List<MicroBatch> all = rows();
    Outcome alone = train(policy -> StepHook.NONE, step -> all);
    Exchanger<Counts> counts = new Exchanger<>();
    Exchanger<List<HostTensor>> gradients = new Exchanger<>();
    Exchanger<Measurements> measurements = new Exchanger<>();
    Function<Policy, StepHook> pair =
        policy -> new Pair(policy.trainables(), counts, gradients, measurements);
    ExecutorService workers = Executors.newFixedThreadPool(2);
    try {
      // The second worker has nothing at all in the second step.
      Future<Outcome> first =
          workers.submit(() -> train(pair, step -> step == 2 ? all : all.subList(0, 3)));
      Future<Outcome> second =
          workers.submit(() -> train(pair, step -> step == 2 ? List.of() : all.subList(3, 5)));
      for (Outcome worker : List.of(first.get(), second.get())) {
        for (int step = 0; step < STEPS; step++) {
          assertThat(worker.losses().get(step)).isCloseTo(alone.losses().get(step), within(1e-6));
        }
        for (int p = 0; p < alone.parameters().size(); p++) {
          assertThat(worker.parameters().get(p))
              .containsExactly(alone.parameters().get(p), within(1e-6f));
        }
      }
    } finally {
      workers.shutdownNow();
    }
  }
}
