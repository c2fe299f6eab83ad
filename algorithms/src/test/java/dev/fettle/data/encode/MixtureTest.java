package dev.fettle.data.encode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MixtureTest {

  private static List<Integer> mixed(List<Long> counts, List<Double> weights, Mixing mixing) {
    return mixed(counts, weights, mixing, 3);
  }

  private static List<Integer> mixed(
      List<Long> counts, List<Double> weights, Mixing mixing, long seed) {
    int total = (int) counts.stream().mapToLong(Long::longValue).sum();
    return Mixture.of(counts, weights, mixing, seed).of(IntStream.range(0, total).boxed().toList());
  }

  private static long below(List<Integer> examples, int end) {
    return examples.stream().filter(e -> e < end).count();
  }

  @Test
  void eachRowIsThereAndTheSharesAreExact() {
    List<Integer> all = mixed(List.of(100L, 10L), List.of(3.0, 1.0), Mixing.ALL_EXHAUSTED);
    assertThat(all).hasSize(133);
    assertThat(below(all, 100)).isEqualTo(100);
    assertThat(all).containsAll(IntStream.range(0, 110).boxed().toList());
    // 33 of 10 rows: three passes and three rows more.
    for (int row = 100; row < 110; row++) {
      assertThat(Collections.frequency(all, row)).isBetween(3, 4);
    }
  }

  @Test
  void theFirstThatIsUsedUpEndsTheEpoch() {
    List<Integer> some = mixed(List.of(100L, 10L), List.of(3.0, 1.0), Mixing.FIRST_EXHAUSTED);
    assertThat(some).hasSize(40).doesNotHaveDuplicates();
    assertThat(below(some, 100)).isEqualTo(30);
  }

  @Test
  void anyStretchHasTheSharesOfTheWhole() {
    List<Integer> all = mixed(List.of(400L, 400L), List.of(3.0, 1.0), Mixing.ALL_EXHAUSTED);
    for (int at = 0; at + 40 <= all.size(); at += 40) {
      assertThat(below(all.subList(at, at + 40), 400)).isBetween(29L, 31L);
    }
  }

  @Test
  void theSeedAloneDecides() {
    List<Long> counts = List.of(50L, 7L, 90L);
    List<Double> weights = List.of(1.0, 2.0, 0.5);
    List<Integer> once = mixed(counts, weights, Mixing.ALL_EXHAUSTED, 1);
    assertThat(mixed(counts, weights, Mixing.ALL_EXHAUSTED, 1)).isEqualTo(once);
    List<Integer> other = mixed(counts, weights, Mixing.ALL_EXHAUSTED, 2);
    assertThat(other).hasSameSizeAs(once).isNotEqualTo(once);
    List<Integer> sorted = new ArrayList<>(other);
    assertThat(sorted).containsAll(IntStream.range(0, 147).boxed().toList());
  }

  @Test
  void aShareIsSaid() {
    assertThat(
            Mixture.of(List.of(100L, 10L), List.of(3.0, 1.0), Mixing.ALL_EXHAUSTED, 0)
                .summary(List.of("a", "b")))
        .isEqualTo("an epoch has 133 examples: a 75.2 % (1.00 passes), b 24.8 % (3.30 passes)");
  }

  @Test
  void oneSourceIsItself() {
    assertThat(mixed(List.of(5L), List.of(0.1), Mixing.ALL_EXHAUSTED))
        .containsExactly(0, 1, 2, 3, 4);
  }
}
