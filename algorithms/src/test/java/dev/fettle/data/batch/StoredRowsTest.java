package dev.fettle.data.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.data.Example;
import dev.fettle.data.Made;
import dev.fettle.data.Seeds;
import dev.fettle.data.pack.Packing;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.data.store.RowCache;
import dev.fettle.data.store.RowFileWriter;
import dev.fettle.data.store.StoredForm;
import dev.fettle.models.random.RandomStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows read from a file are planned and collated as those in the heap are. */
class StoredRowsTest {

  /** 5 M tokens: 25 MB of ids and masks, were they in the heap. */
  private static final int MANY = 25_000;

  private static final int LENGTH = 200;
  private static final long MIB = 1 << 20;

  @TempDir private Path dir;

  private List<Example> stored(List<Example> examples) {
    List<Path> files = List.of(examples.get(0).origin().file());
    try (RowFileWriter<Example> writer =
        new RowCache(dir).begin("key", StoredForm.ofExamples("test"), files)) {
      examples.forEach(e -> writer.add(e, e.origin()));
      return writer.finish("");
    }
  }

  /** With masks that have gaps. */
  private static List<Example> random(RandomStream random, int maxLength) {
    List<Example> examples = new ArrayList<>();
    for (Example e : Made.random(random, 80, maxLength)) {
      byte[] mask = new byte[e.length()];
      for (int i = 0; i < mask.length; i++) {
        mask[i] = (byte) random.nextInt(2);
      }
      examples.add(new Example(e.ids(), mask, e.origin()));
    }
    return examples;
  }

  private static List<StepBatch<MicroBatch>> steps(RowPlan plan, long seed, int prefetch) {
    BatchOptions options = new BatchOptions(4, 2, false, new Order(true, seed, 2), prefetch);
    List<StepBatch<MicroBatch>> steps = new ArrayList<>();
    try (BatchSource<MicroBatch> source = BatchSource.of(plan, options)) {
      for (Optional<StepBatch<MicroBatch>> s = source.next(); s.isPresent(); s = source.next()) {
        steps.add(s.get());
      }
    }
    return steps;
  }

  @ParameterizedTest
  @EnumSource(Packing.class)
  void plansAndStepsAreEqual(Packing packing) {
    Seeds seeds = Seeds.draw();
    List<Example> heap = random(seeds.stream(0), packing.splits() ? 90 : 40);
    List<Example> stored = stored(heap);
    // A row of 24 cuts examples: in pieces, or at the end.
    for (int window : new int[] {7, PackingOptions.WHOLE}) {
      PackingOptions options = new PackingOptions(packing, 24, 8, window);
      RowPlan ofHeap = RowPlan.of(heap, options);
      RowPlan ofStored = RowPlan.of(stored, options);
      assertThat(ofStored.fingerprint()).as("%s", seeds).isEqualTo(ofHeap.fingerprint());
      assertThat(ofStored.rows()).isEqualTo(ofHeap.rows());
      assertThat(ofStored.usualTargets(3)).isEqualTo(ofHeap.usualTargets(3));
      assertThat(ofStored.withoutTarget()).isEqualTo(ofHeap.withoutTarget());
      for (int prefetch = 0; prefetch < 3; prefetch++) {
        assertThat(steps(ofStored, seeds.seed(), prefetch))
            .as("%s", seeds)
            .isEqualTo(steps(ofHeap, seeds.seed(), prefetch));
      }
    }
  }

  private static long retained() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  private Example made(int number) {
    int[] ids = new int[LENGTH];
    byte[] mask = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      ids[i] = number + i;
      mask[i] = 1;
    }
    return new Example(ids, mask, Made.origin(number + 1L));
  }

  @Test
  void theHeapHoldsAFewBytesOfARowHoweverLongItIs() {
    PackingOptions options = PackingOptions.of(Packing.BFD, 1024);
    long before = retained();
    List<Example> stored;
    try (RowFileWriter<Example> writer =
        new RowCache(dir)
            .begin("key", StoredForm.ofExamples("test"), List.of(Made.origin(1).file()))) {
      for (int i = 0; i < MANY; i++) {
        Example example = made(i);
        writer.add(example, example.origin());
      }
      stored = writer.finish("");
    }
    RowPlan plan = RowPlan.of(stored, options);
    long ofStored = retained() - before;
    assertThat(plan.size()).isEqualTo(MANY / 5);
    assertThat(ofStored).isLessThan(3 * MIB);
    // That this can tell: the same rows in the heap.
    List<Example> heap = List.copyOf(stored);
    assertThat(retained() - before).isGreaterThan(20 * MIB);
    assertThat(RowPlan.of(heap, options).fingerprint()).isEqualTo(plan.fingerprint());
  }
}
