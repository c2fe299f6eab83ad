package dev.fettle.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.spi.support.LongSum;
import dev.fettle.spi.support.LongSum.Cut;
import dev.fettle.spi.support.LongSum.Run;
import java.util.List;
import org.junit.jupiter.api.Test;

class LongSumTest {

  @Test
  void cutsIntoEqualGroupsWhereItCan() {
    assertThat(LongSum.cut(8192, 256)).isEqualTo(new Cut(128, 64, 0));
    assertThat(LongSum.cut(50257, 2048)).isEqualTo(new Cut(1733, 29, 0));
    assertThat(LongSum.cut(1009 * 1013, 256).rest()).isNotZero();
    assertThat(LongSum.cut(50257, 256)).isEqualTo(new Cut(1733, 29, 0));
  }

  @Test
  void neverExceedsTheLimitAndLosesNothing() {
    for (long n : new long[] {257, 1024, 1031, 65_536, 65_537, 38_597_376, (1L << 25) + 35}) {
      for (long limit : new long[] {16, 256, 2048}) {
        Cut cut = LongSum.cut(n, limit);
        assertThat(cut.each()).isBetween(2L, limit);
        assertThat(cut.groups() * cut.each() + cut.rest()).isEqualTo(n);
        assertThat(cut.rest()).isLessThan(cut.each());
        assertThat(cut.groups()).isLessThan(n);
      }
    }
  }

  @Test
  void mergesAxesOfOneFate() {
    assertThat(LongSum.runs(List.of(2L, 3L, 1L, 5L), List.of(0, 1)))
        .containsExactly(new Run(6, true), new Run(5, false));
    assertThat(LongSum.runs(List.of(2L, 3L, 5L), List.of(0, 2)))
        .containsExactly(new Run(2, true), new Run(3, false), new Run(5, true));
    assertThat(LongSum.runs(List.of(1L, 1L), List.of(0))).isEmpty();
  }
}
