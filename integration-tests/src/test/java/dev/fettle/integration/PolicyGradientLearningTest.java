package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every policy gradient finds the best answers of a task whose best is known, a bandit of eight
 * arms. The expected return is not sampled; it is summed over all answers under the model that the
 * run gives.
 */
class PolicyGradientLearningTest {
  private static final double SHARE_OF_BEST = 0.95;
  private static final List<String> BACKENDS = List.of("tensorflow", "onnxruntime");

  @TempDir private Path dir;

  /** How it is learnt. */
  private record Recipe(String type, int steps, Map<String, Object> keys) {}

  private static final List<Recipe> RECIPES =
      List.of(
          new Recipe("reinforce", 60, Map.of("baseline", "moving_average", "samplesPerPrompt", 1)),
          new Recipe("a2c", 60, Map.of("whitenAdvantages", true, "samplesPerPrompt", 1)),
          new Recipe("rloo", 60, Map.of("samplesPerPrompt", 4)),
          new Recipe("grpo", 60, Map.of("samplesPerPrompt", 8)),
          new Recipe("ppo", 60, Map.of("samplesPerPrompt", 1)));

  static Stream<Arguments> algorithms() {
    return BACKENDS.stream().flatMap(b -> RECIPES.stream().map(r -> Arguments.of(r.type(), b)));
  }

  private static Recipe recipe(String type) {
    return RECIPES.stream().filter(r -> r.type().equals(type)).findFirst().orElseThrow();
  }

  private static double learnt(EnumerableTask task, Recipe recipe, String backend, int seed) {
    String name = recipe.type() + "-" + backend + "-" + seed;
    RunConfig.Builder config =
        task.run(name, backend, seed)
            .set("algorithm.type", recipe.type())
            .set("algorithm.reference", "none")
            .set("algorithm.kl", Map.of("coefficient", 0, "measured", false))
            .set("optimizer.learningRate", 1e-2)
            .set("train.steps", recipe.steps());
    recipe.keys().forEach((key, value) -> config.set("algorithm." + key, value));
    long start = System.nanoTime();
    TrainingReport report = task.train(config.build());
    double value = task.expectedReturn(report.model().orElseThrow());
    System.out.printf(
        "%s, %d tokens: %.4f of 1 in %.1f s%n",
        name, task.length(), value, (System.nanoTime() - start) / 1e9);
    return value;
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void theBanditIsSolved(String type, String backend) throws IOException {
    EnumerableTask task = EnumerableTask.in(dir, 1);
    assertThat(task.expectedReturn(task.model())).isLessThan(0.3);
    assertThat(learnt(task, recipe(type), backend, 1)).isGreaterThan(SHARE_OF_BEST);
  }

  /** The same for other seeds. */
  @ParameterizedTest
  @MethodSource("algorithms")
  @Tag("slow")
  void otherSeeds(String type, String backend) throws IOException {
    EnumerableTask task = EnumerableTask.in(dir, 1);
    for (int seed = 2; seed <= 3; seed++) {
      assertThat(learnt(task, recipe(type), backend, seed)).isGreaterThan(SHARE_OF_BEST);
    }
  }

  /** What has no ratio to an older policy learns a rollout in one step. */
  @ParameterizedTest
  @ValueSource(strings = {"a2c", "reinforce"})
  void aRolloutOfSeveralStepsIsRefused(String type) throws IOException {
    EnumerableTask task = EnumerableTask.in(dir, 1);
    RunConfig config =
        task.run(type, "reference", 1)
            .set("algorithm.type", type)
            .set("algorithm.promptsPerRound", 64)
            .set("train.batchSize", 32)
            .set("train.microBatchSize", 32)
            .set("train.steps", 2)
            .build();
    assertThatThrownBy(() -> task.train(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("train.batchSize", "64 answers", "one step");
  }
}
