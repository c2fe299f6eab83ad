package dev.fettle.models.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.models.random.RandomStream.Purpose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PhiloxTest {

  /** The known-answer vectors of the Random123 distribution (kat_vectors, philox 4x32 10). */
  @ParameterizedTest
  @CsvSource({
    "00000000 00000000 00000000 00000000, 00000000 00000000, 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    "ffffffff ffffffff ffffffff ffffffff, ffffffff ffffffff, 408f276d 41c83b0e a20bc7c6 6d5451fd",
    "243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0, d16cfe09 94fdcceb 5001e420 24126ea1"
  })
  void knownAnswers(String counter, String key, String expected) {
    int[] words = words(counter);
    int[] keys = words(key);
    Philox.block(words, (long) keys[1] << 32 | Integer.toUnsignedLong(keys[0]));
    assertThat(words).containsExactly(words(expected));
  }

  private static int[] words(String hex) {
    return java.util.Arrays.stream(hex.trim().split(" "))
        .mapToInt(word -> Integer.parseUnsignedInt(word, 16))
        .toArray();
  }

  @Test
  void aNameDecidesTheStream() {
    assertThat(RandomStream.of(7, Purpose.SAMPLE, 3, 1).nextLong())
        .isEqualTo(RandomStream.of(7, Purpose.SAMPLE, 3, 1).nextLong())
        .isNotEqualTo(RandomStream.of(8, Purpose.SAMPLE, 3, 1).nextLong())
        .isNotEqualTo(RandomStream.of(7, Purpose.INIT, 3, 1).nextLong())
        .isNotEqualTo(RandomStream.of(7, Purpose.SAMPLE, 4, 1).nextLong())
        .isNotEqualTo(RandomStream.of(7, Purpose.SAMPLE, 3, 2).nextLong());
  }

  @Test
  void aStreamCanBeTakenUpLater() {
    RandomStream whole = RandomStream.of(7, Purpose.INIT, 3, 1);
    RandomStream later = RandomStream.of(7, Purpose.INIT, 3, 1).after(400);
    for (int i = 0; i < 100; i++) {
      whole.nextGaussian();
    }
    assertThat(later.nextGaussian()).isEqualTo(whole.nextGaussian());
    assertThatThrownBy(() -> whole.after(2)).hasMessage("no stream begins after 2 words");
  }

  @Test
  void boundedDrawsAreUniform() {
    RandomStream random = RandomStream.of(1, Purpose.DATA, 0, 0);
    int[] counts = new int[6];
    for (int i = 0; i < 60_000; i++) {
      counts[random.nextInt(6)]++;
    }
    for (int count : counts) {
      // Five standard deviations of a binomial count.
      assertThat(count).isCloseTo(10_000, within(457));
    }
    int large = 3 << 29;
    for (int i = 0; i < 1_000; i++) {
      assertThat(random.nextInt(large)).isBetween(0, large - 1);
    }
    assertThatThrownBy(() -> random.nextInt(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void momentsOfUniformAndNormal() {
    RandomStream random = RandomStream.of(2, Purpose.DATA, 0, 0);
    double uniform = 0;
    double sum = 0;
    double squares = 0;
    int n = 100_000;
    for (int i = 0; i < n; i++) {
      double u = random.nextDouble();
      assertThat(u).isBetween(0.0, Math.nextDown(1.0));
      uniform += u;
      double z = random.nextGaussian();
      sum += z;
      squares += z * z;
      assertThat(random.nextFloat()).isBetween(0f, Math.nextDown(1f));
    }
    assertThat(uniform / n).isCloseTo(0.5, within(0.005));
    assertThat(sum / n).isCloseTo(0, within(0.016));
    assertThat(squares / n).isCloseTo(1, within(0.025));
  }

  @Test
  void aMicroStepOutOfRangeIsRefused() {
    assertThatThrownBy(() -> RandomStream.of(0, Purpose.DATA, 0, 1 << 24))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RandomStream.of(0, Purpose.DATA, 0, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
