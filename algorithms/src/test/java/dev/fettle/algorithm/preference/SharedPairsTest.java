package dev.fettle.algorithm.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fettle.algorithm.dpo.DpoSettings;
import dev.fettle.settings.SettingsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Losses in F64 of log-probabilities that torch computed in F64, on pairs of hh-rlhf. */
class SharedPairsTest {
  private static final double F64 = 1e-7;

  @Test
  void lossesOfSharedPairs() throws IOException {
    Path file =
        Path.of(
            System.getProperty("fettle.shared", "../shared"), "data/golden/preference/dpo_rm.json");
    if (!Files.exists(file)) {
      System.out.println("skipped: no " + file.normalize());
    }
    assumeTrue(Files.exists(file), () -> "no " + file.normalize());
    GoldenAnswers answers = GoldenAnswers.ofShared(file);
    Map<String, Map<String, Object>> cases =
        Map.of(
            "sigmoid", Map.of(),
            "sigmoid_label_smoothing_0_1", Map.of("loss", "cdpo", "labelSmoothing", 0.1),
            "hinge", Map.of("loss", "hinge"),
            "ipo", Map.of("loss", "ipo"),
            "ipo_sum_logps", Map.of("loss", "ipo_sum"));
    cases.forEach(
        (name, keys) -> {
          PreferenceLoss loss = new SettingsReader<>(DpoSettings.KEYS).values(keys).minimised();
          double[] losses = answers.run(loss, answers.answers(1)).losses();
          double[] expected = GoldenAnswers.numbers(answers.losses().get(name));
          assertThat(losses).as(name).hasSameSizeAs(expected);
          for (int i = 0; i < losses.length; i++) {
            assertThat(losses[i])
                .as("%s of pair %d", name, i)
                .isCloseTo(expected[i], within(F64 * Math.max(1, Math.abs(expected[i]))));
          }
        });
  }
}
