package dev.fettle.algorithm.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.algorithm.cpo.CpoSettings;
import dev.fettle.algorithm.orpo.OrpoSettings;
import dev.fettle.algorithm.preference.GoldenAnswers.Answers;
import dev.fettle.algorithm.preference.GoldenAnswers.Run;
import dev.fettle.algorithm.simpo.SimPoSettings;
import dev.fettle.algorithm.slic.SlicSettings;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The losses that need no reference in F64, and their gradients for answers' log-probabilities,
 * against TRL 1.13's own code ({@code cpo_loss}, {@code odds_ratio_loss}) on random answers, one of
 * them nearly certain, one hopeless; SLiC-HF against its equation. The values are written by {@code
 * make_reference_free.py} beside them.
 */
class ReferenceFreeLossTest {
  private static final double TOLERANCE = 1e-9;
  private static final GoldenAnswers GOLDEN = GoldenAnswers.of("reference-free-losses.json");

  static Stream<Arguments> losses() {
    return Stream.of(
        Arguments.of("cpo sigmoid", cpo(CpoSettings.Loss.SIGMOID, 0.1, 0)),
        Arguments.of("cpo sigmoid smoothed", cpo(CpoSettings.Loss.SIGMOID, 0.3, 0.1)),
        Arguments.of("cpo hinge", cpo(CpoSettings.Loss.HINGE, 0.1, 0)),
        Arguments.of("cpo ipo", cpo(CpoSettings.Loss.IPO, 0.1, 0)),
        Arguments.of("simpo", new SimPoSettings(2, 0.5, 0, 0, 0).minimised()),
        Arguments.of("simpo smoothed", new SimPoSettings(2.5, 1.4, 0.2, 0, 0).minimised()),
        Arguments.of("simpo alpha", new SimPoSettings(2, 0.5, 0, 0.25, 0).minimised()),
        Arguments.of("simpo negative alpha", new SimPoSettings(2, 0.3, 0, -0.5, 0).minimised()),
        Arguments.of("orpo", new OrpoSettings(0.3).minimised()),
        Arguments.of("slic", new SlicSettings(1.5, 0.4).minimised()));
  }

  private static PreferenceLoss cpo(CpoSettings.Loss loss, double beta, double smoothing) {
    return new CpoSettings(loss, beta, smoothing, 1).minimised();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("losses")
  void equalsItsSource(String name, PreferenceLoss loss) {
    Run run = GOLDEN.run(loss, GOLDEN.answers(1));
    JsonNode expected = GOLDEN.losses().get(name);
    close(name, run.losses(), GoldenAnswers.numbers(expected.get("losses")));
    close(name + " chosen", run.chosen(), GoldenAnswers.numbers(expected.get("chosen")));
    close(name + " rejected", run.rejected(), GoldenAnswers.numbers(expected.get("rejected")));
  }

  private static void close(String name, double[] actual, double[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i])
          .as("%s of pair %d", name, i)
          .isCloseTo(expected[i], within(TOLERANCE * Math.max(1, Math.abs(expected[i]))));
    }
  }

  /**
   * By hand: {@code delta} 1 and {@code lambda} 0.5. The first pair is ahead by 3, so only the
   * regularisation is left: {@code 0.5 x 2}. The second is behind by 1.5: {@code 1 + 1.5 + 0.5 x
   * 4}. The third is ahead by just {@code delta}: {@code 0 + 0.5 x 1}.
   */
  @Test
  void slicByHand() {
    double[] chosen = {-2, -4, -1};
    double[] rejected = {-5, -2.5, -2};
    double[] none = {0, 0, 0};
    Run run =
        GOLDEN.run(new SlicSettings(1, 0.5).minimised(), new Answers(chosen, rejected, none, none));
    assertThat(run.losses()).containsExactly(new double[] {1, 4.5, 0.5}, within(1e-12));
    assertThat(run.chosen()[0]).isEqualTo(-0.5);
    assertThat(run.rejected()[0]).isZero();
    assertThat(run.chosen()[1]).isEqualTo(-1.5);
    assertThat(run.rejected()[1]).isEqualTo(1);
  }

  /** An answer given with certainty has a finite loss, and pulls no further. */
  @Test
  void certainty() {
    double[] none = {0, 0};
    Answers at = new Answers(new double[] {0, -3}, new double[] {-3, 0}, none, none);
    Run run = GOLDEN.run(new OrpoSettings(1).minimised(), at);
    for (int i = 0; i < 2; i++) {
      assertThat(run.losses()[i]).isFinite();
      assertThat(run.chosen()[i]).isFinite();
      assertThat(run.rejected()[i]).isFinite();
    }
    assertThat(run.losses()[0]).isLessThan(1e-6);
    assertThat(run.losses()[1]).isGreaterThan(10);
  }
}
