package dev.fettle.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
  private static final List<String> NAMES = List.of("learningRate", "batchSize", "steps", "keep");

  @Test
  void oneEditForEachThreeLettersIsForgiven() {
    assertThat(Nearest.to("learnignRate", NAMES)).contains("learningRate");
    assertThat(Nearest.to("stepz", NAMES)).contains("steps");
    assertThat(Nearest.to("kep", NAMES)).contains("keep");
    assertThat(Nearest.to("peek", NAMES)).isEmpty();
    assertThat(Nearest.to("flavour", NAMES)).isEmpty();
  }

  @Test
  void caseUnderscoresAndHyphensAreNothing() {
    assertThat(Nearest.to("batch_size", NAMES)).contains("batchSize");
    assertThat(Nearest.to("LEARNING-RATE", NAMES)).contains("learningRate");
  }

  @Test
  void aSwapOfNeighboursIsOneEdit() {
    assertThat(Nearest.to("spets", List.of("sets", "steps"))).contains("sets");
    assertThat(Nearest.to("ab", List.of("ba"))).contains("ba");
  }

  @Test
  void ofNamesEquallyNearTheFirstOfTheAlphabetIsTaken() {
    assertThat(Nearest.to("b1", List.of("b3", "b2"))).contains("b2");
    assertThat(List.of("zz", "ab", "aa").stream().sorted(Nearest.order("aa")))
        .containsExactly("aa", "ab", "zz");
  }

  @Test
  void aTextIsNotComparedAsAName() {
    assertThat(Nearest.to("x".repeat(10_000_000), NAMES)).isEmpty();
    assertThat(Nearest.to("", List.of())).isEmpty();
  }
}
