package dev.fettle.integration;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fifty steps of a reward model from TinyStories-656K against TRL's own run of the same pairs, from
 * a configuration, on every backend; and the backends against each other.
 */
class RewardTrajectoryTest {
  private static PairTrajectory trajectory;

  @TempDir private Path directory;

  @BeforeAll
  static void read() throws IOException {
    trajectory = PairTrajectory.of("reward");
  }

  static Stream<String> backends() {
    return TestBackends.ids();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void equalsTrl(String backend) throws IOException {
    double centring = trajectory.golden().get("center_rewards_coefficient").doubleValue();
    List<JsonNode> steps =
        trajectory.train(
            backend,
            directory,
            Map.of(
                "model.path",
                SharedData.require("golden/trl/reward-init"),
                "algorithm.type",
                "reward",
                "algorithm.centerRewardsCoefficient",
                centring));
    trajectory.compare(backend, steps, "accuracy", List.of("margin", "mean_reward"));
  }
}
