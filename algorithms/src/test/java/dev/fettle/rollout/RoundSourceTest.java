package dev.fettle.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.data.Example;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.batch.Cursor;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.batch.Order;
import dev.fettle.data.batch.StepBatch;
import dev.fettle.data.pack.Packing;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.RowOrigin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoundSourceTest {
  private static final int ROUNDS = 3;
  private static final long STEPS = 11;
  private static final int KEPT = 10;

  /** Rounds whose examples say which they are: token 1 is the round, the next the example. */
  private static final class Numbered implements RoundSource.Rounds<Example> {
    private final int kept;
    private final List<Integer> begun = new ArrayList<>();

    Numbered(int kept) {
      this.kept = kept;
    }

    @Override
    public RoundSource.Begun<Example> begin(int round) {
      begun.add(round);
      return new RoundSource.Begun<>(again(round), Map.of("reward", (double) round));
    }

    @Override
    public List<Example> again(int round) {
      List<Example> examples = new ArrayList<>();
      for (int i = 0; i < kept; i++) {
        int[] ids = new int[3 + i % 4];
        Arrays.fill(ids, 7);
        ids[1] = round;
        ids[2] = 10 + i;
        byte[] mask = new byte[ids.length];
        mask[2] = 1;
        examples.add(
            new Example(ids, mask, new RowOrigin(Path.of("kept"), i, RowOrigin.Unit.LINE)));
      }
      return examples;
    }
  }

  private static RoundSource<Example, MicroBatch> source(
      Numbered rounds, Packing packing, int batch, int micro) {
    BatchOptions options = new BatchOptions(batch, micro, false, Order.shuffled(3), 0);
    return new RoundSource<>(
        rounds,
        StepLayout.ofExamples(options, PackingOptions.of(packing, 64)),
        new RoundSchedule(ROUNDS, STEPS),
        6,
        "prompts");
  }

  private static RoundSource<Example, MicroBatch> source() {
    return source(new Numbered(KEPT), Packing.BFD, 4, 2);
  }

  /** Round and number of each example of a step. */
  private static List<String> examples(StepBatch<MicroBatch> step) {
    List<String> all = new ArrayList<>();
    for (MicroBatch batch : step.microBatches()) {
      for (int i = 0; i < batch.ids().length; i++) {
        if (batch.targetMask()[i] != 0) {
          all.add(batch.ids()[i - 1] + "." + batch.ids()[i]);
        }
      }
    }
    all.sort(null);
    return all;
  }

  private static List<List<String>> steps(RoundSource<Example, MicroBatch> source, long count) {
    List<List<String>> steps = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      steps.add(examples(source.next().orElseThrow()));
    }
    return steps;
  }

  @Test
  void roundsBeginWhenTheirFirstStepIsAskedFor() {
    Numbered rounds = new Numbered(KEPT);
    RoundSource<Example, MicroBatch> source = source(rounds, Packing.BFD, 4, 2);
    assertThat(rounds.begun).isEmpty();
    List<Integer> before = new ArrayList<>();
    List<Double> found = new ArrayList<>();
    for (long i = 0; i < STEPS; i++) {
      StepBatch<MicroBatch> step = source.next().orElseThrow();
      before.add(rounds.begun.size());
      found.add(step.found().getOrDefault("reward", 0.0));
      assertThat(step.epoch()).isEqualTo((i + 1) / 6.0);
    }
    assertThat(before).containsExactly(1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    assertThat(found).containsExactly(1.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0);
  }

  /**
   * In five passes of ten examples, by steps of four that do not divide them, each is five times.
   */
  @Test
  void passesVisitEachExampleAsOften() {
    Map<String, Integer> times = new TreeMap<>();
    RoundSteps<Example, MicroBatch> steps =
        new RoundSteps<>(
            new Numbered(KEPT).again(1),
            StepLayout.ofExamples(
                new BatchOptions(4, 2, false, Order.shuffled(3), 0),
                PackingOptions.of(Packing.NONE, 64)),
            1);
    List<List<String>> orders = new ArrayList<>();
    for (int i = 0; i < 5 * KEPT / 4 + 1; i++) {
      long number = i;
      List<String> taken =
          examples(new StepBatch<>(steps.step(number).microBatches(), 0, new Cursor(0, 0, ""), 0));
      orders.add(taken);
      if ((i + 1) * 4 <= 5 * KEPT) {
        taken.forEach(e -> times.merge(e, 1, Integer::sum));
      }
    }
    assertThat(times).hasSize(KEPT);
    assertThat(times.values().stream().mapToInt(t -> t).sum()).isEqualTo(48);
    assertThat(times.values()).allMatch(t -> t == 4 || t == 5);
    assertThat(orders.subList(0, 2)).isNotEqualTo(orders.subList(5, 7));
  }

  @ParameterizedTest
  @EnumSource(Packing.class)
  void packingAndMicroBatchesChangeNoStep(Packing packing) {
    List<List<String>> wanted = steps(source(), STEPS);
    assertThat(steps(source(new Numbered(KEPT), packing, 4, 4), STEPS)).isEqualTo(wanted);
    assertThat(steps(source(new Numbered(KEPT), packing, 4, 1), STEPS)).isEqualTo(wanted);
  }

  @Test
  void aStepHasNoExampleTwice() {
    for (List<String> step : steps(source(new Numbered(3), Packing.BFD, 8, 2), STEPS)) {
      assertThat(step).hasSize(3).doesNotHaveDuplicates();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 3, 4, 7, 10})
  void itGoesOnFromACursor(long taken) {
    List<List<String>> straight = steps(source(), STEPS);
    RoundSource<Example, MicroBatch> stopped = source();
    steps(stopped, taken);
    Numbered rounds = new Numbered(KEPT);
    RoundSource<Example, MicroBatch> resumed = source(rounds, Packing.BFD, 4, 2);
    resumed.seek(stopped.cursor());
    assertThat(resumed.cursor()).isEqualTo(stopped.cursor());
    assertThat(rounds.begun).as("nothing is sampled again").isEmpty();
    assertThat(steps(resumed, STEPS - taken)).isEqualTo(straight.subList((int) taken, (int) STEPS));
  }

  @Test
  void aCursorOfOtherRowsIsRefused() {
    RoundSource<Example, MicroBatch> stopped = source();
    steps(stopped, 5);
    assertThatThrownBy(
            () -> source(new Numbered(KEPT - 1), Packing.BFD, 4, 2).seek(stopped.cursor()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("round 2")
        .hasMessageContaining("restore it");
    assertThatThrownBy(() -> source().seek(new Cursor(0, 0, "others")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("prompts");
  }

  /** Given more steps at its end, a run goes on with its last round. */
  @Test
  void roundsNeverGoBack() {
    RoundSource<Example, MicroBatch> stopped = source();
    steps(stopped, STEPS);
    BatchOptions options = new BatchOptions(4, 2, false, Order.shuffled(3), 0);
    Numbered rounds = new Numbered(KEPT);
    RoundSource<Example, MicroBatch> longer =
        new RoundSource<>(
            rounds,
            StepLayout.ofExamples(options, PackingOptions.of(Packing.BFD, 64)),
            new RoundSchedule(ROUNDS, 4 * STEPS),
            6,
            "prompts");
    longer.seek(stopped.cursor());
    steps(longer, 3 * STEPS).forEach(s -> assertThat(s).allMatch(e -> e.startsWith("3.")));
    assertThat(rounds.begun).isEmpty();
  }
}
