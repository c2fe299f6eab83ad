package dev.fettle.algorithm.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.algorithm.dpo.DpoLoss;
import dev.fettle.algorithm.dpo.DpoSettings;
import dev.fettle.algorithm.preference.GoldenAnswers.Answers;
import dev.fettle.algorithm.preference.GoldenAnswers.Run;
import dev.fettle.settings.SettingsReader;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every loss in F64 against values of TRL 1.13's own {@code _compute_loss} on random answers
 * ({@code cdpo}, {@code ipo_sum}, {@code exo_pair} and the alpha divergence, which TRL does not
 * have or does not compute in F64, against their equations in torch), and its gradients against
 * differences.
 */
class PreferenceLossTest {
  private static final double TOLERANCE = 1e-9;
  private static final double STEP = 1e-5;
  private static final GoldenAnswers GOLDEN = GoldenAnswers.of("dpo-losses.json");

  private static double[] expected(String name) {
    JsonNode values = GOLDEN.losses().get(name);
    assertThat(values).as(name).isNotNull();
    return GoldenAnswers.numbers(values);
  }

  private static DpoSettings settings(DpoLoss loss, double beta, double smoothing, Divergence f) {
    return new SettingsReader<>(DpoSettings.KEYS)
        .values(Map.of("loss", loss, "beta", beta, "labelSmoothing", smoothing, "fDivergence", f));
  }

  private static void compare(String name, DpoSettings settings, double tail) {
    double[] losses = GOLDEN.run(settings.minimised(), GOLDEN.answers(tail)).losses();
    double[] expected = expected(name);
    if (expected.length == 1) {
      losses = new double[] {Arrays.stream(losses).average().orElseThrow()};
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat(losses[i])
          .as("%s of pair %d", name, i)
          .isCloseTo(expected[i], within(TOLERANCE * Math.max(1, Math.abs(expected[i]))));
    }
  }

  private static double smoothing(DpoLoss loss) {
    return switch (loss) {
      case CDPO, ROBUST, AOT, AOT_UNPAIRED -> 0.1;
      case EXO_PAIR -> 0.01;
      default -> 0;
    };
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SFT")
  void equalsItsSource(DpoLoss loss) {
    String name = loss.name().toLowerCase(Locale.ROOT);
    compare(
        loss.sorts() ? name + " mean" : name,
        settings(loss, 0.1, smoothing(loss), Divergence.REVERSE_KL),
        1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"forward_kl", "js_divergence", "alpha_divergence"})
  void divergences(String name) {
    Divergence f = Divergence.valueOf(name.toUpperCase(Locale.ROOT));
    compare("sigmoid " + name, settings(DpoLoss.SIGMOID, 0.1, 0, f), 1);
  }

  @Test
  void betaAndLengthDesensitisation() {
    compare("sigmoid beta 0.7", settings(DpoLoss.SIGMOID, 0.7, 0, Divergence.REVERSE_KL), 1);
    compare("sigmoid ld 0.5", settings(DpoLoss.SIGMOID, 0.1, 0, Divergence.REVERSE_KL), 0.5);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SFT")
  void gradientsAreThoseOfDifferences(DpoLoss loss) {
    for (Divergence f : Divergence.values()) {
      PreferenceLoss minimised = settings(loss, 0.1, smoothing(loss), f).minimised();
      Answers at = GOLDEN.answers(1);
      Run run = GOLDEN.run(minimised, at);
      for (int i = 0; i < at.chosen().length; i++) {
        // What rounding of the sum makes of a difference.
        double noise = 8 * Math.ulp(Arrays.stream(run.losses()).sum()) / STEP;
        assertThat(run.chosen()[i])
            .as("%s, %s, chosen answer %d", loss, f, i)
            .isCloseTo(slope(minimised, at, at.chosen(), i), within(1e-7 + noise));
        assertThat(run.rejected()[i])
            .as("%s, %s, rejected answer %d", loss, f, i)
            .isCloseTo(slope(minimised, at, at.rejected(), i), within(1e-7 + noise));
      }
    }
  }

  /** By central differences. */
  private static double slope(PreferenceLoss loss, Answers at, double[] moved, int i) {
    double there = moved[i];
    moved[i] = there + STEP;
    double up = Arrays.stream(GOLDEN.run(loss, at).losses()).sum();
    moved[i] = there - STEP;
    double down = Arrays.stream(GOLDEN.run(loss, at).losses()).sum();
    moved[i] = there;
    return (up - down) / (2 * STEP);
  }

  /** Equal log-probabilities, as at the first step: the loss is log 2 and pulls both ways. */
  @Test
  void beginsAtLogTwo() {
    double[] same = {-3, -7};
    Answers at = new Answers(same.clone(), same.clone(), same, same);
    Run run = GOLDEN.run(settings(DpoLoss.SIGMOID, 0.1, 0, Divergence.REVERSE_KL).minimised(), at);
    for (int i = 0; i < same.length; i++) {
      assertThat(run.losses()[i]).isCloseTo(Math.log(2), within(1e-15));
      assertThat(run.chosen()[i]).isCloseTo(-0.05, within(1e-15));
      assertThat(run.rejected()[i]).isCloseTo(0.05, within(1e-15));
    }
  }

  /** Far from zero nothing overflows and no gradient is lost. */
  @Test
  void farOut() {
    double[] zero = {0, 0};
    Answers at = new Answers(new double[] {1e4, -1e4}, zero.clone(), zero, zero);
    Run run = GOLDEN.run(settings(DpoLoss.SIGMOID, 0.1, 0, Divergence.REVERSE_KL).minimised(), at);
    assertThat(run.losses()[0]).isZero();
    assertThat(run.losses()[1]).isCloseTo(1000, within(1e-9));
    assertThat(run.chosen()[1]).isCloseTo(-0.1, within(1e-12));
  }
}
