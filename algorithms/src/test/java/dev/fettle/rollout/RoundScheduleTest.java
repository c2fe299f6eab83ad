package dev.fettle.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RoundScheduleTest {
  @Test
  void stepsAreSharedEvenly() {
    RoundSchedule schedule = new RoundSchedule(3, 10);
    assertThat(LongStream.rangeClosed(1, 12).map(schedule::roundOf))
        .containsExactly(1L, 1L, 1L, 2L, 2L, 2L, 3L, 3L, 3L, 3L, 3L, 3L);
  }

  @Test
  void everyRoundHasAStep() {
    for (int rounds = 1; rounds <= 7; rounds++) {
      for (long steps = rounds; steps <= 30; steps++) {
        RoundSchedule schedule = new RoundSchedule(rounds, steps);
        assertThat(LongStream.rangeClosed(1, steps).map(schedule::roundOf).distinct().count())
            .isEqualTo(rounds);
      }
    }
    assertThatThrownBy(() -> new RoundSchedule(3, 2)).isInstanceOf(IllegalArgumentException.class);
  }
}
