package dev.fettle.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HalvesTest {

  @Test
  void everyHalfSurvives() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      short half = (short) bits;
      float value = Halves.f16ToFloat(half);
      if (Float.isNaN(value)) {
        assertThat(Halves.f16ToFloat(Halves.floatToF16(value))).isNaN();
      } else {
        assertThat(Halves.floatToF16(value)).as("bits %x", bits).isEqualTo(half);
      }
      float brain = Halves.bf16ToFloat(half);
      if (!Float.isNaN(brain)) {
        assertThat(Halves.floatToBf16(brain)).as("bits %x", bits).isEqualTo(half);
      }
    }
  }

  /** IEEE 754: half way goes to the even neighbour. */
  @Test
  void roundsTiesToEven() {
    assertThat(Halves.f16ToFloat(Halves.floatToF16(1 + 0x1p-11f))).isEqualTo(1f);
    assertThat(Halves.f16ToFloat(Halves.floatToF16(1 + 0x3p-11f))).isEqualTo(1 + 0x1p-9f);
    assertThat(Halves.bf16ToFloat(Halves.floatToBf16(1 + 0x1p-8f))).isEqualTo(1f);
    assertThat(Halves.bf16ToFloat(Halves.floatToBf16(1 + 0x3p-8f))).isEqualTo(1 + 0x1p-6f);
  }

  @Test
  void keepsTheEndsOfTheRange() {
    assertThat(Halves.f16ToFloat(Halves.floatToF16(65504f))).isEqualTo(65504f);
    assertThat(Halves.f16ToFloat(Halves.floatToF16(65519.9f))).isEqualTo(65504f);
    assertThat(Halves.f16ToFloat(Halves.floatToF16(65520f))).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Halves.f16ToFloat(Halves.floatToF16(-1e9f))).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(Halves.f16ToFloat(Halves.floatToF16(0x1p-24f))).isEqualTo(0x1p-24f);
    assertThat(Halves.f16ToFloat(Halves.floatToF16(0x1p-25f))).isZero();
    assertThat(Halves.f16ToFloat(Halves.floatToF16(-0x3p-25f))).isEqualTo(-0x1p-23f);
    assertThat(Halves.bf16ToFloat(Halves.floatToBf16(Float.MAX_VALUE)))
        .isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Halves.bf16ToFloat(Halves.floatToBf16(Float.NaN))).isNaN();
  }
}
