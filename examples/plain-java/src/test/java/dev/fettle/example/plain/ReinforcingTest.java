package dev.fettle.example.plain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.algorithm.rl.RolloutRow;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.TrainingReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReinforcingTest {
  @TempDir private Path dir;

  private static double mean(List<Map<String, Double>> rollouts, String metric) {
    return rollouts.stream()
        .mapToDouble(found -> Objects.requireNonNull(found.get(metric), metric))
        .average()
        .orElseThrow();
  }

  @Test
  void anApplicationsRewardIsLearntAndTheRolloutsCanBeRead() throws IOException {
    RunConfig config =
        Reinforcing.config(Questions.model(dir), Questions.write(dir), dir.resolve("runs"));
    List<Map<String, Double>> rollouts = new ArrayList<>();
    TrainingReport report = Reinforcing.train(config, rollouts::add);
    assertThat(rollouts).hasSize(25);
    assertThat(mean(rollouts.subList(20, 25), "reward"))
        .isGreaterThan(1.5 * mean(rollouts.subList(0, 5), "reward"));
    assertThat(mean(rollouts, "kl")).isPositive();
    assertThat(report.metrics()).containsKeys("policy_loss", "value_loss", "entropy");
    List<RolloutRow> last = RolloutRow.read(report.directory().path(), 25);
    assertThat(last).hasSize(16).allMatch(a -> a.length() >= 1 && a.length() <= 16);
    assertThat(last.stream().mapToDouble(a -> a.worth().reward()).average().orElseThrow())
        .isCloseTo(Objects.requireNonNull(rollouts.get(24).get("reward")), within(1e-9));
    assertThat(Reinforcing.best(report, 25)).hasSize(3);
  }
}
