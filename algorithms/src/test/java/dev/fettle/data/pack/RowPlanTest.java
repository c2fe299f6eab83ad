package dev.fettle.data.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.data.Example;
import dev.fettle.data.Made;
import dev.fettle.data.Seeds;
import dev.fettle.data.batch.BatchOptions;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.batch.Order;
import dev.fettle.data.batch.StepBatch;
import dev.fettle.data.read.DataException;
import dev.fettle.models.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RowPlanTest {

  private static MicroBatch only(List<Example> examples, PackingOptions options) {
    RowPlan plan = RowPlan.of(examples, options);
    try (BatchSource<MicroBatch> source = BatchSource.evaluation(plan, plan.size())) {
      return source.next().orElseThrow().microBatches().get(0);
    }
  }

  private static PackingOptions options(Packing packing, int maxLength, int multiple) {
    return new PackingOptions(packing, maxLength, multiple, PackingOptions.WHOLE);
  }

  @Test
  void packedRowsCarrySegmentsAndPositions() {
    MicroBatch batch = only(Made.examples(3, 6, 2), options(Packing.BFD, 6, 1));
    // Rows are in file order of their first example: 0 with 2, then 1.
    assertThat(batch.rows()).isEqualTo(2);
    assertThat(batch.length()).isEqualTo(6);
    assertThat(batch.ids()).containsExactly(1, 2, 3, 10, 11, 0, 4, 5, 6, 7, 8, 9);
    assertThat(batch.segments()).containsExactly(1, 1, 1, 2, 2, 0, 1, 1, 1, 1, 1, 1);
    assertThat(batch.positions()).containsExactly(0, 1, 2, 0, 1, 0, 0, 1, 2, 3, 4, 5);
    assertThat(batch.targetMask()).containsExactly(0, 1, 1, 0, 1, 0, 0, 1, 1, 1, 1, 1);
    assertThat(batch.targets()).isEqualTo(8);
    assertThat(batch.tokens()).isEqualTo(11);
    assertThat(batch.placements())
        .containsExactly(
            new Placement(0, 0, 0, 0, 3),
            new Placement(2, 0, 0, 3, 2),
            new Placement(1, 0, 1, 0, 6));
  }

  @Test
  void wrappedRowsAreOneSegment() {
    MicroBatch batch = only(Made.examples(3, 4), options(Packing.WRAPPED, 5, 1));
    assertThat(batch.ids()).containsExactly(1, 2, 3, 4, 5, 6, 7, 0, 0, 0);
    assertThat(batch.segments()).containsExactly(1, 1, 1, 1, 1, 1, 1, 0, 0, 0);
    assertThat(batch.positions()).containsExactly(0, 1, 2, 3, 4, 0, 1, 0, 0, 0);
    // Id 4 begins an example, which is no target there; id 6 begins a row.
    assertThat(batch.targetMask()).containsExactly(0, 1, 1, 0, 1, 0, 1, 0, 0, 0);
  }

  @Test
  void theFirstTokenOfASplitPieceIsNoTarget() {
    MicroBatch batch = only(Made.examples(7), options(Packing.BFD_SPLIT, 4, 1));
    assertThat(batch.ids()).containsExactly(1, 2, 3, 4, 5, 6, 7, 0);
    assertThat(batch.positions()).containsExactly(0, 1, 2, 3, 0, 1, 2, 0);
    assertThat(batch.targetMask()).containsExactly(0, 1, 1, 1, 0, 1, 1, 0);
  }

  @Test
  void lengthsAreRoundedUpButNotBeyondTheMaximum() {
    assertThat(only(Made.examples(5, 9), options(Packing.NONE, 100, 8)).length()).isEqualTo(16);
    assertThat(only(Made.examples(5, 9), options(Packing.NONE, 10, 8)).length()).isEqualTo(10);
    assertThat(only(Made.examples(5, 9), options(Packing.BFD, 100, 8)).length()).isEqualTo(16);
    RowPlan packed = RowPlan.of(Made.examples(5, 9), options(Packing.BFD, 100, 8));
    assertThat(packed.density()).isEqualTo(14.0 / 16);
  }

  @Test
  void nearlyAllMicroBatchesHaveTheUsualTargetsAtMost() {
    RandomStream random = Seeds.draw().stream(0);
    RowPlan plan = RowPlan.of(Made.random(random, 3000, 60), options(Packing.WRAPPED, 64, 1));
    RowPlan halves = RowPlan.of(halfMasked(Made.random(random, 3000, 60)), bfd(64));
    // Rows that are full of targets have nothing to vary.
    assertThat(plan.usualTargets(4)).isBetween(4 * 62, 4 * 63);
    int usual = halves.usualTargets(4);
    int within = 0;
    int batches = 0;
    try (BatchSource<MicroBatch> source =
        BatchSource.of(halves, new BatchOptions(4, 4, true, Order.shuffled(1), 0))) {
      for (long i = 0; i < source.stepsPerEpoch(); i++) {
        within += source.next().orElseThrow().microBatches().get(0).targets() <= usual ? 1 : 0;
        batches++;
      }
    }
    assertThat((double) within / batches).isGreaterThan(0.93);
    assertThat(usual).isLessThan(4 * 63);
    assertThat(halves.usualTargets(8)).isLessThan(2 * usual);
  }

  @Test
  void paddedRowsHaveNoUsualNumberOfTargets() {
    assertThat(RowPlan.of(Made.examples(5, 9), options(Packing.NONE, 100, 8)).usualTargets(2))
        .isZero();
  }

  private static PackingOptions bfd(int length) {
    return options(Packing.BFD, length, 1);
  }

  /** The second half of each example is its completion. */
  private static List<Example> halfMasked(List<Example> examples) {
    return examples.stream()
        .map(
            e -> {
              byte[] mask = new byte[e.length()];
              Arrays.fill(mask, e.length() / 2, e.length(), (byte) 1);
              return new Example(e.ids(), mask, e.origin());
            })
        .toList();
  }

  @Test
  void rowsWithoutTargetAreLeftOut() {
    byte[] late = {0, 0, 0, 0, 1, 1};
    Example example = new Example(new int[] {1, 2, 3, 4, 5, 6}, late, Made.origin(1));
    RowPlan plan = RowPlan.of(List.of(example), options(Packing.BFD_SPLIT, 3, 1));
    assertThat(plan.size()).isEqualTo(1);
    assertThat(plan.withoutTarget()).isEqualTo(1);
    assertThatThrownBy(() -> RowPlan.of(List.of(example), options(Packing.BFD, 3, 1)))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "none of the 1 rows of at most 3 tokens has a target; raise maxLength, or check the"
                + " prompt and completion columns");
  }

  @ParameterizedTest
  @EnumSource(Packing.class)
  void everyTokenAppearsOnceInAnEpoch(Packing packing) {
    Seeds seeds = Seeds.draw();
    for (int round = 0; round < 20; round++) {
      List<Example> examples = Made.random(seeds.stream(round), 60, packing.splits() ? 70 : 24);
      int window = round % 2 == 0 ? PackingOptions.WHOLE : 7;
      RowPlan plan = RowPlan.of(examples, new PackingOptions(packing, 24, 8, window));
      List<Integer> seen = new ArrayList<>();
      BatchOptions options = new BatchOptions(5, 3, false, new Order(true, seeds.seed(), 1), 0);
      try (BatchSource<MicroBatch> source = BatchSource.of(plan, options)) {
        for (Optional<StepBatch<MicroBatch>> s = source.next(); s.isPresent(); s = source.next()) {
          s.get().microBatches().forEach(batch -> collect(batch, seen));
        }
      }
      // A last piece of one token has no target, so a row of only that is left out.
      if (plan.withoutTarget() == 0) {
        int[] expected = examples.stream().flatMapToInt(e -> Arrays.stream(e.ids())).toArray();
        assertThat(seen.stream().mapToInt(Integer::intValue).sorted().toArray())
            .as("%s round %d", seeds, round)
            .isEqualTo(expected);
      }
    }
  }

  private static void collect(MicroBatch batch, List<Integer> seen) {
    assertThat(batch.length()).isLessThanOrEqualTo(24);
    int tokens = 0;
    int targets = 0;
    for (int i = 0; i < batch.ids().length; i++) {
      if (batch.segments()[i] != 0) {
        seen.add(batch.ids()[i]);
        tokens++;
      }
      if (batch.positions()[i] == 0) {
        assertThat(batch.targetMask()[i]).isZero();
      }
      targets += batch.targetMask()[i];
    }
    assertThat(batch.tokens()).isEqualTo(tokens);
    assertThat(batch.targets()).isEqualTo(targets);
  }

  @Test
  void theFingerprintTellsDataAndLayoutApart() {
    List<Example> examples = Made.examples(3, 6, 2);
    String packed = RowPlan.of(examples, options(Packing.BFD, 6, 1)).fingerprint();
    assertThat(RowPlan.of(Made.examples(3, 6, 2), options(Packing.BFD, 6, 1)).fingerprint())
        .isEqualTo(packed);
    assertThat(RowPlan.of(examples, options(Packing.NONE, 6, 1)).fingerprint())
        .isNotEqualTo(packed);
    assertThat(RowPlan.of(Made.examples(3, 6, 3), options(Packing.BFD, 6, 1)).fingerprint())
        .isNotEqualTo(packed);
  }

  /** Cursors of old checkpoints hold fingerprints: if one changes, no old run can be resumed. */
  @Test
  void theFingerprintOfAPlanIsFixed() {
    List<Example> examples = halfMasked(Made.examples(3, 6, 2, 9, 4, 7));
    List<String> found = new ArrayList<>();
    for (Packing packing : Packing.values()) {
      RowPlan plan = RowPlan.of(examples, options(packing, 6, 2));
      found.add(plan.fingerprint() + " " + plan.size() + " " + plan.usualTargets(2));
    }
    List<List<Example>> pairs = List.of(examples.subList(0, 2), examples.subList(2, 4));
    RowPlan grouped = RowPlan.ofGroups(pairs, options(Packing.BFD, 30, 1));
    found.add(grouped.fingerprint() + " " + grouped.size() + " " + grouped.usualTargets(2));
    assertThat(found)
        .containsExactly(
            "6d6a9b3ef9936fe7c6edf012 6 0",
            "3fe58c8af4cbb80124adcde2 5 7",
            "7b10f89f1270d5eaa5390265 5 8",
            "5e7331401e8a63913e84692f 5 7",
            "514d6eeb14b4233ec894088e 1 11");
  }

  @Test
  void groupsStayTogetherInOrder() {
    List<Example> e = Made.examples(2, 3, 4, 2, 3, 3);
    List<List<Example>> pairs = List.of(e.subList(0, 2), e.subList(2, 4), e.subList(4, 6));
    RowPlan plan = RowPlan.ofGroups(pairs, options(Packing.BFD, 11, 1));
    try (BatchSource<MicroBatch> source = BatchSource.evaluation(plan, plan.size())) {
      MicroBatch batch = source.next().orElseThrow().microBatches().get(0);
      assertThat(batch.placements())
          .containsExactly(
              new Placement(2, 0, 0, 0, 4),
              new Placement(3, 0, 0, 4, 2),
              new Placement(0, 0, 0, 6, 2),
              new Placement(1, 0, 0, 8, 3),
              new Placement(4, 0, 1, 0, 3),
              new Placement(5, 0, 1, 3, 3));
      assertThat(batch.segments())
          .startsWith(1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 4)
          .endsWith(1, 1, 1, 2, 2, 2, 0, 0, 0, 0, 0);
    }
  }

  /** An algorithm's own kind of example. */
  private record Pair(Example better, Example worse) {}

  @Test
  void groupsMayBeAnyExamplesThatHoldMembers() {
    List<Example> e = Made.examples(2, 3, 4, 2, 3, 3, 9);
    PackingOptions options = options(Packing.BFD, 11, 1);
    List<Pair> pairs =
        List.of(
            new Pair(e.get(0), e.get(1)),
            new Pair(e.get(2), e.get(3)),
            new Pair(e.get(4), e.get(5)));
    RowPlan plan = RowPlan.ofGroups(pairs, p -> List.of(p.better(), p.worse()), options);
    List<List<Example>> lists =
        List.of(e.subList(0, 2), e.subList(2, 4), List.of(), e.subList(4, 6), List.of());
    assertThat(plan.examples()).isEqualTo(e.subList(0, 6));
    RowPlan same = RowPlan.ofGroups(lists, options);
    assertThat(same.examples()).isEqualTo(e.subList(0, 6));
    assertThat(same.fingerprint()).isEqualTo(plan.fingerprint());
    assertThat(same.rows()).isEqualTo(plan.rows());
  }

  @Test
  void oneGroupARowWithoutPacking() {
    List<Example> e = Made.examples(2, 3, 4, 2);
    RowPlan plan =
        RowPlan.ofGroups(List.of(e.subList(0, 2), e.subList(2, 4)), options(Packing.NONE, 100, 1));
    assertThat(plan.size()).isEqualTo(2);
    assertThat(plan.rows().get(1)).extracting(Packer.Piece::sequence).containsExactly(2, 3);
  }

  @Test
  void aGroupThatNoRowHoldsIsNamed() {
    List<List<Example>> pairs = List.of(Made.examples(6, 6));
    assertThatThrownBy(() -> RowPlan.ofGroups(pairs, options(Packing.BFD, 11, 1)))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "made.jsonl:1 makes a group of 12 tokens, which must share a row of 11; shorten it, or make"
                + " rows longer");
    assertThatThrownBy(() -> RowPlan.ofGroups(pairs, options(Packing.WRAPPED, 11, 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
