package dev.fettle.models.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ExponentialsTest {

  @Test
  void isThatOfTheLibrary() {
    Random random = new Random(1);
    for (int i = 0; i < 1_000_000; i++) {
      double x = -Math.pow(10, random.nextDouble() * 6 - 3.2);
      double expected = Math.exp(x);
      if (x > -690) {
        assertThat(Exponentials.exp(x) / expected).isCloseTo(1, within(1e-15));
      } else {
        assertThat(Exponentials.exp(x)).isCloseTo(expected, within(1e-299));
      }
    }
  }

  @Test
  void knowsItsEnds() {
    assertThat(Exponentials.exp(0)).isEqualTo(1);
    assertThat(Exponentials.exp(-0.0)).isEqualTo(1);
    assertThat(Exponentials.exp(-Double.MIN_VALUE)).isEqualTo(1);
    assertThat(Exponentials.exp(-701)).isZero();
    assertThat(Exponentials.exp(Double.NEGATIVE_INFINITY)).isZero();
    assertThat(Exponentials.exp(Double.NaN)).isNaN();
  }
}
