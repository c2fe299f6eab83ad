package dev.fettle.data.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.data.Example;
import dev.fettle.data.Made;
import dev.fettle.data.Seeds;
import dev.fettle.data.pack.Packing;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.Placement;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.data.read.DataException;
import dev.fettle.models.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchSourceTest {

  private static final PackingOptions PADDED =
      new PackingOptions(Packing.NONE, 16, 8, PackingOptions.WHOLE);

  private static RowPlan plan(int rows) {
    int[] lengths = new int[rows];
    for (int i = 0; i < rows; i++) {
      lengths[i] = 2 + i % 11;
    }
    return RowPlan.of(Made.examples(lengths), PADDED);
  }

  private static List<StepBatch<MicroBatch>> take(BatchSource<MicroBatch> source, int steps) {
    List<StepBatch<MicroBatch>> taken = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      source.next().ifPresent(taken::add);
    }
    return taken;
  }

  private static List<Integer> examples(StepBatch<MicroBatch> step) {
    return step.microBatches().stream()
        .flatMap(b -> b.placements().stream())
        .map(Placement::example)
        .toList();
  }

  @Test
  void ordersArePermutationsAndDependOnSeedAndEpoch() {
    Seeds seeds = Seeds.draw();
    Set<String> orders = new HashSet<>();
    for (int n : new int[] {1, 2, 3, 10, 1000}) {
      for (long epoch = 0; epoch < 5; epoch++) {
        int[] visits = Order.shuffled(seeds.seed()).visits(epoch, n);
        int[] sorted = visits.clone();
        Arrays.sort(sorted);
        assertThat(sorted).as("%s", seeds).isEqualTo(Order.inOrder().visits(epoch, n));
        assertThat(Order.shuffled(seeds.seed()).visits(epoch, n)).isEqualTo(visits);
        if (n == 1000) {
          orders.add(Arrays.toString(visits));
          orders.add(Arrays.toString(Order.shuffled(seeds.seed() + 1).visits(epoch, n)));
        }
      }
    }
    assertThat(orders).as("%s", seeds).hasSize(10);
    assertThat(Order.inOrder().visits(3, 4)).containsExactly(0, 1, 2, 3);
  }

  /** The order of a seed is part of a run's identity: if it changes, no old run can be repeated. */
  @Test
  void theOrderOfASeedIsFixed() {
    assertThat(Order.shuffled(17).visits(0, 10)).containsExactly(7, 0, 4, 1, 5, 3, 2, 6, 9, 8);
    assertThat(Order.shuffled(17).visits(1, 10)).containsExactly(7, 5, 2, 6, 9, 3, 1, 0, 8, 4);
  }

  @Test
  void howRowsAreCutIntoMicroBatchesChangesNothing() {
    RowPlan plan = plan(20);
    try (BatchSource<MicroBatch> whole =
            BatchSource.of(plan, BatchOptions.of(8, 8, Order.shuffled(5)));
        BatchSource<MicroBatch> single =
            BatchSource.of(plan, BatchOptions.of(8, 1, Order.shuffled(5)));
        BatchSource<MicroBatch> uneven =
            BatchSource.of(plan, BatchOptions.of(8, 3, Order.shuffled(5)))) {
      for (int step = 0; step < 7; step++) {
        StepBatch<MicroBatch> a = whole.next().orElseThrow();
        StepBatch<MicroBatch> b = single.next().orElseThrow();
        StepBatch<MicroBatch> c = uneven.next().orElseThrow();
        for (StepBatch<MicroBatch> other : List.of(b, c)) {
          assertThat(examples(other)).isEqualTo(examples(a));
          assertThat(targets(other)).isEqualTo(targets(a));
          assertThat(other.tokens()).isEqualTo(a.tokens());
          assertThat(other.after()).isEqualTo(a.after());
        }
        assertThat(a.microBatches()).hasSize(1);
        assertThat(b.microBatches()).hasSize(examples(a).size());
        assertThat(c.microBatches()).allMatch(m -> m.rows() == 3);
      }
    }
  }

  @Test
  void theLastBatchOfAnEpochIsFilledWithPadding() {
    try (BatchSource<MicroBatch> source =
        BatchSource.of(plan(10), BatchOptions.of(8, 4, Order.inOrder()))) {
      assertThat(source.stepsPerEpoch()).isEqualTo(2);
      List<StepBatch<MicroBatch>> steps = take(source, 3);
      assertThat(examples(steps.get(1))).containsExactly(8, 9);
      MicroBatch last = steps.get(1).microBatches().get(0);
      assertThat(last.rows()).isEqualTo(4);
      int columns = last.length();
      assertThat(Arrays.copyOfRange(last.segments(), 2 * columns, 4 * columns)).containsOnly(0);
      assertThat(steps.get(0).epoch()).isEqualTo(0.8);
      assertThat(steps.get(1).epoch()).isEqualTo(1.0);
      assertThat(steps.get(1).after().epoch()).isEqualTo(1);
      assertThat(examples(steps.get(2))).startsWith(0, 1);
    }
  }

  @Test
  void theLastBatchCanBeDropped() {
    BatchOptions options = new BatchOptions(8, 4, true, Order.inOrder(), 0);
    try (BatchSource<MicroBatch> source = BatchSource.of(plan(10), options)) {
      assertThat(source.stepsPerEpoch()).isEqualTo(1);
      assertThat(take(source, 3)).allMatch(s -> examples(s).get(0) == 0 && examples(s).size() == 8);
    }
    RowPlan few = plan(7);
    assertThatThrownBy(() -> BatchSource.of(few, options))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "only 7 rows: not one batch of 8; lower batchSize, or keep incomplete batches"
                + " (dropLast: false)");
  }

  @Test
  void evaluationIsOnePassInOrder() {
    try (BatchSource<MicroBatch> source = BatchSource.evaluation(plan(10), 4)) {
      List<Integer> seen = new ArrayList<>();
      for (Optional<StepBatch<MicroBatch>> s = source.next(); s.isPresent(); s = source.next()) {
        seen.addAll(examples(s.get()));
      }
      assertThat(seen).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
      assertThat(source.next()).isEmpty();
      assertThat(source.cursor().epoch()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Packing.class)
  void portionsAreTheSamePassAndMadeOnlyWhenAskedFor(Packing packing) {
    Seeds seeds = Seeds.draw();
    List<Example> examples = Made.random(seeds.stream(0), 50, 24);
    RowPlan plan = RowPlan.of(examples, new PackingOptions(packing, 24, 8, 16));
    List<MicroBatch> pass = new ArrayList<>();
    try (BatchSource<MicroBatch> source = BatchSource.evaluation(plan, 4)) {
      for (Optional<StepBatch<MicroBatch>> s = source.next(); s.isPresent(); s = source.next()) {
        pass.addAll(s.get().microBatches());
      }
    }
    AtomicInteger made = new AtomicInteger();
    Iterable<MicroBatch> portions =
        BatchSource.portions(
            plan,
            4,
            rows -> {
              made.incrementAndGet();
              return rows;
            });
    for (int walk = 0; walk < 2; walk++) {
      Iterator<MicroBatch> walked = portions.iterator();
      for (int i = 0; i < pass.size(); i++) {
        assertThat(made).hasValue(walk * pass.size() + i);
        assertThat(walked.next()).as("%s", seeds).isEqualTo(pass.get(i));
      }
      assertThat(walked).isExhausted();
    }
  }

  @ParameterizedTest
  @EnumSource(Packing.class)
  void resumedAnywhereTheStepsAreTheSame(Packing packing) throws Exception {
    Seeds seeds = Seeds.draw();
    RandomStream random = seeds.stream(0);
    PackingOptions layout = new PackingOptions(packing, 24, 8, 16);
    List<Example> examples = Made.random(random, 50, 24);
    ObjectMapper json = new ObjectMapper();
    for (int prefetch = 0; prefetch < 3; prefetch++) {
      Order order = Order.shuffled(seeds.seed());
      BatchOptions options = new BatchOptions(4, 2, prefetch == 1, order, prefetch);
      try (BatchSource<MicroBatch> straight =
              BatchSource.of(RowPlan.of(examples, layout), options);
          BatchSource<MicroBatch> resumed = BatchSource.of(RowPlan.of(examples, layout), options)) {
        List<Cursor> cursors = new ArrayList<>(List.of(straight.cursor()));
        List<StepBatch<MicroBatch>> steps = take(straight, 33);
        steps.forEach(step -> cursors.add(step.after()));
        assertThat(straight.cursor()).isEqualTo(cursors.get(33));
        for (int at = 0; at <= 30; at++) {
          Cursor saved = json.readValue(json.writeValueAsString(cursors.get(at)), Cursor.class);
          resumed.seek(saved);
          assertThat(resumed.cursor()).isEqualTo(cursors.get(at));
          assertThat(take(resumed, 3))
              .as("%s %s step %d", seeds, packing, at)
              .isEqualTo(steps.subList(at, at + 3));
        }
      }
    }
  }

  @Test
  void aCursorOfOtherDataIsRefused() {
    try (BatchSource<MicroBatch> source =
            BatchSource.of(plan(10), BatchOptions.of(2, 2, Order.shuffled(1)));
        BatchSource<MicroBatch> other =
            BatchSource.of(plan(11), BatchOptions.of(2, 2, Order.shuffled(1)));
        BatchSource<MicroBatch> seed =
            BatchSource.of(plan(10), BatchOptions.of(2, 2, Order.shuffled(2)))) {
      Cursor cursor = source.cursor();
      assertThatThrownBy(() -> other.seek(cursor))
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith("the data is not what it was when the checkpoint was written");
      assertThatThrownBy(() -> seed.seek(cursor)).isInstanceOf(DataException.class);
    }
  }

  @Test
  @Timeout(20)
  void anErrorInTheBackgroundComesOutAfterTheStepsBeforeIt() {
    BatchSource<MicroBatch> failing = new FailingSource(plan(10), 2);
    try (BatchSource<MicroBatch> source = new PrefetchingSource<>(failing, 4)) {
      assertThat(take(source, 2)).hasSize(2);
      assertThatThrownBy(source::next).isInstanceOf(DataException.class).hasMessage("broken");
      assertThatThrownBy(source::next).isInstanceOf(DataException.class).hasMessage("broken");
    }
  }

  @Test
  @Timeout(20)
  void closingEndsTheThread() {
    BatchOptions options = new BatchOptions(2, 2, false, Order.shuffled(1), 2);
    BatchSource<MicroBatch> source = BatchSource.of(plan(10), options);
    long before = workers();
    source.next();
    assertThat(workers()).isEqualTo(before + 1);
    source.close();
    source.close();
    assertThat(workers()).isEqualTo(before);
    assertThatThrownBy(source::next).isInstanceOf(IllegalStateException.class);
  }

  private static long workers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().equals("fettle-data"))
        .count();
  }

  /** A real source until it breaks. */
  private static final class FailingSource implements BatchSource<MicroBatch> {
    private final BatchSource<MicroBatch> source;
    private int good;

    FailingSource(RowPlan plan, int good) {
      this.source = BatchSource.of(plan, new BatchOptions(2, 2, false, Order.inOrder(), 0));
      this.good = good;
    }

    @Override
    public Optional<StepBatch<MicroBatch>> next() {
      if (good-- == 0) {
        throw new DataException("broken");
      }
      return source.next();
    }

    @Override
    public Cursor cursor() {
      return source.cursor();
    }

    @Override
    public void seek(Cursor cursor) {
      source.seek(cursor);
    }

    @Override
    public long stepsPerEpoch() {
      return source.stepsPerEpoch();
    }

    @Override
    public void close() {
      source.close();
    }
  }

  private static int targets(StepBatch<MicroBatch> step) {
    return step.microBatches().stream().mapToInt(MicroBatch::targets).sum();
  }
}
