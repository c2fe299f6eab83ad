package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
 * Fifty steps of DPO on TinyStories-656K against TRL's own run of the same pairs, from a
 * configuration, on every backend; and the backends against each other.
 */
class DpoTrajectoryTest {
  private static PairTrajectory trajectory;

  @TempDir private Path directory;

  @BeforeAll
  static void read() throws IOException {
    trajectory = PairTrajectory.of("dpo-sigmoid");
  }

  static Stream<String> backends() {
    return TestBackends.ids();
  }

  @ParameterizedTest
  @MethodSource("backends")
  void equalsTrl(String backend) throws IOException {
    List<JsonNode> steps =
        trajectory.train(
            backend,
            directory,
            Map.of(
                "model.path", SharedData.require("models/TinyStories-656K"),
                "algorithm.type", "dpo",
                "algorithm.beta", trajectory.golden().get("beta").doubleValue()));
    trajectory.compare(
        backend,
        steps,
        "rewards/accuracies",
        List.of("rewards/chosen", "rewards/rejected", "rewards/margins"));
    // Policy and reference begin as one.
    assertThat(PairTrajectory.number(steps.get(0), "loss")).isCloseTo(Math.log(2), within(1e-6));
    for (JsonNode actual : steps) {
      JsonNode expected =
          trajectory.golden().get("trajectory").get(actual.get("step").intValue() - 1);
      for (String logps : List.of("logps/chosen", "logps/rejected")) {
        assertThat(PairTrajectory.number(actual, logps) / PairTrajectory.number(expected, logps))
            .as("%s of %s", logps, actual)
            .isCloseTo(1, within(1e-5));
      }
      for (String logits : List.of("logits/chosen", "logits/rejected", "entropy")) {
        // TRL's is the mean of two micro-batches' means, ours that over all tokens.
        assertThat(PairTrajectory.number(actual, logits))
            .as("%s of %s", logits, actual)
            .isCloseTo(PairTrajectory.number(expected, logits), within(0.05));
      }
    }
  }
}
