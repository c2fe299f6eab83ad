package dev.fettle.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class EncodingTest {

  private static final Encoding ENCODING =
      new Encoding(
          new int[] {9, 1, 2, 3, 3, 9}, new int[] {0, 0, 3, 5, 5, 7}, new int[] {0, 3, 5, 7, 7, 7});

  @Test
  void aTokenAcrossTheEdgeBelongsToTheSpan() {
    assertThat(ENCODING.inside(List.of(new TextSpan(4, 6))))
        .containsExactly(false, false, true, true, true, false);
    assertThat(ENCODING.inside(List.of(new TextSpan(5, 7))))
        .containsExactly(false, false, false, true, true, false);
    assertThat(ENCODING.inside(List.of(new TextSpan(0, 1), new TextSpan(6, 7))))
        .containsExactly(false, true, false, true, true, false);
  }

  @Test
  void aTokenThatCoversNothingIsInNoSpanAtItsEdge() {
    assertThat(ENCODING.inside(List.of(new TextSpan(0, 7))))
        .containsExactly(false, true, true, true, true, false);
    assertThat(ENCODING.inside(List.of())).doesNotContain(true);
    assertThat(ENCODING.inside(List.of(new TextSpan(3, 3)))).doesNotContain(true);
  }

  @Test
  void equalsByContent() {
    assertThat(ENCODING)
        .isEqualTo(
            new Encoding(
                ENCODING.ids().clone(), ENCODING.starts().clone(), ENCODING.ends().clone()))
        .isNotEqualTo(new Encoding(new int[0], new int[0], new int[0]))
        .hasToString("Encoding[9, 1, 2, 3, 3, 9]");
  }

  @Test
  void refusesArraysThatDoNotBelongTogether() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Encoding(new int[1], new int[2], new int[1]));
    assertThatIllegalArgumentException().isThrownBy(() -> new TextSpan(3, 2));
  }
}
