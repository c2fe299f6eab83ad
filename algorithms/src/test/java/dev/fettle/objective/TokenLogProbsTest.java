package dev.fettle.objective;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.data.batch.MicroBatch;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How many positions the head is computed for. */
class TokenLogProbsTest {

  private static MicroBatch batch(int rows, int length, int targets) {
    int size = rows * length;
    return new MicroBatch(
        rows,
        length,
        new int[size],
        new int[size],
        new int[size],
        new byte[size],
        targets,
        size,
        List.of());
  }

  private static int selected(int targets, int usual) {
    return TokenLogProbs.selected(TokenLogProbs.key(batch(4, 256, targets), usual));
  }

  @Test
  void usualMicroBatchesShareOneProgram() {
    assertThat(IntStream.rangeClosed(1, 500).map(n -> selected(n, 500)).distinct())
        .containsExactly(512);
  }

  @Test
  void moreTargetsThanUsualGetTheNextShareOfAllPositions() {
    assertThat(selected(513, 500)).isEqualTo(640);
    assertThat(selected(1020, 500)).isEqualTo(1024);
  }

  @Test
  void nothingIsUsualWhereItDoesNotFit() {
    assertThat(TokenLogProbs.selected(TokenLogProbs.key(batch(1, 256, 100), 500))).isEqualTo(128);
    assertThat(selected(100, 0)).isEqualTo(128);
  }

  @Test
  void answersOfAnyLengthNeedThreeProgramsAtMost() {
    assertThat(
            IntStream.rangeClosed(1, 400)
                .map(n -> TokenLogProbs.selected(TokenLogProbs.bounded(batch(4, 256, n), 100)))
                .distinct())
        .containsExactly(128, 224, 416);
    // Never more than there are, and no fewer than rows that several answers share may hold.
    assertThat(TokenLogProbs.selected(TokenLogProbs.bounded(batch(1, 40, 30), 39))).isEqualTo(32);
    assertThat(TokenLogProbs.selected(TokenLogProbs.bounded(batch(1, 40, 33), 39))).isEqualTo(40);
    assertThat(TokenLogProbs.selected(TokenLogProbs.bounded(batch(4, 256, 700), 100)))
        .isEqualTo(768);
  }
}
