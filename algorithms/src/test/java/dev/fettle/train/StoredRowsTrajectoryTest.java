package dev.fettle.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.algorithm.sft.SftObjective;
import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.data.Example;
import dev.fettle.data.Made;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.batch.Order;
import dev.fettle.data.pack.Packing;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.data.store.RowCache;
import dev.fettle.data.store.RowFileWriter;
import dev.fettle.data.store.StoredForm;
import dev.fettle.optim.AdamWOptimizer;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.support.ProgramCache;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether rows lie in the heap or in a file, training goes the same way, bit for bit. */
class StoredRowsTrajectoryTest {
  private static final int STEPS = 8;

  @TempDir private Path dir;

  private List<Example> stored(List<Example> examples) {
    List<Path> files = List.of(examples.get(0).origin().file());
    try (RowFileWriter<Example> writer =
        new RowCache(dir).begin("key", StoredForm.ofExamples("test"), files)) {
      examples.forEach(e -> writer.add(e, e.origin()));
      return writer.finish("");
    }
  }

  private static List<Map<String, Double>> trajectory(List<Example> examples, Packing packing) {
    RowPlan plan = RowPlan.of(examples, new PackingOptions(packing, 16, 16, 100));
    AdamWOptimizer adamW = new AdamWOptimizer(0.9, 0.999, 1e-8, 0.01, DecayedParameters.MATRICES);
    try (Backend backend = new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT);
        BatchSource<MicroBatch> source =
            BatchSource.of(plan, BatchOptions.of(2, 1, Order.shuffled(7)));
        Policy policy = TinyGpt2.policy(backend);
        ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT);
        Stepper<MicroBatch> stepper =
            new Stepper<>(policy, new SftObjective(), StepperOptions.of(adamW, 1), programs)) {
      List<Map<String, Double>> metrics = new ArrayList<>();
      for (int step = 1; step <= STEPS; step++) {
        List<MicroBatch> batches = source.next().orElseThrow().microBatches();
        metrics.add(stepper.step(batches, step, 1e-2).metrics());
      }
      return metrics;
    }
  }

  @ParameterizedTest
  @EnumSource(Packing.class)
  void lossesAndNormsAreEqual(Packing packing) {
    List<Example> heap = Made.examples(5, 9, 3, 11, 7, 10, 4, 8);
    List<Map<String, Double>> ofHeap = trajectory(heap, packing);
    assertThat(ofHeap.get(STEPS - 1).get("loss")).isLessThan(ofHeap.get(0).get("loss"));
    assertThat(trajectory(stored(heap), packing)).isEqualTo(ofHeap);
  }
}
