package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.TrainingReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Reinforcement learning from one seed: every backend draws the same answers, row for row, and
 * follows the same course of losses, rewards, divergences, entropies and critic's errors, within
 * 1e-3 over twenty steps, to models that score alike. A draw on the edge between two tokens would
 * part the courses; these seeds have none.
 */
class RlParityTest {
  private static final double TOLERANCE = 1e-3;
  private static final int STEPS = 20;

  @TempDir private static Path dir;
  private static RlTask task = new RlTask(new LetterTask(Path.of("")));

  @BeforeAll
  static void make() throws IOException {
    task = RlTask.in(dir);
  }

  /** On each backend: a whole run. */
  private static List<TrainingReport> runs(RunConfig.Builder run, String name, String... backends) {
    List<TrainingReport> reports = new ArrayList<>();
    for (String backend : backends) {
      reports.add(
          LetterTask.train(
              run.set("backend.id", backend).set("run.name", name + "-" + backend).build()));
    }
    return reports;
  }

  private static double score(TrainingReport report, Path rows) {
    return Fettle.score(report.directory().finalModel(), BackendSettings.of("onnxruntime"), rows)
        .meanLoss();
  }

  @ParameterizedTest(name = "{0} with {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "a2c       | tokens  | 20 | 8",
        "a2c       | article | 20 | 8",
        "ppo       | x       | 5  | 16",
        "grpo      | x       | 10 | 8",
        "reinforce | x       | 10 | 8"
      })
  void backendsFollowOneCourse(String algorithm, String preset, int rollouts, int answers)
      throws IOException {
    RunConfig.Builder run =
        task.run("parity", "tensorflow", algorithm)
            .set("algorithm.temperature", 0.9)
            .set("train.steps", STEPS);
    if (algorithm.equals("a2c")) {
      run.set("algorithm.preset", preset).set("algorithm.entropyCoefficient", 0.01);
      run.set("algorithm.critic.learningRate", 5e-3);
    }
    if (algorithm.equals("ppo")) {
      run.set("algorithm.promptsPerRound", answers).set("algorithm.passes", 2);
    }
    if (algorithm.equals("grpo")) {
      run.set("algorithm.samplesPerPrompt", 4).set("algorithm.kl", 0.1).set("train.steps", 10);
    }
    if (algorithm.equals("reinforce")) {
      run.set("train.steps", 10);
    }
    String name = "parity-" + algorithm + "-" + preset;
    List<TrainingReport> reports = runs(run, name, "tensorflow", "onnxruntime");
    RlTask.same(reports.get(0), reports.get(1), rollouts, TOLERANCE);
    Path rows = task.letters().heldOut();
    assertThat(score(reports.get(1), rows))
        .isCloseTo(score(reports.get(0), rows), within(TOLERANCE));
    List<Double> kl = Metrics.of(reports.get(0).directory().metrics()).evaluations("kl");
    assertThat(kl).hasSize(rollouts);
    assertThat(Math.abs(kl.get(rollouts - 1)))
        .as("it has moved, so that there was a course to follow")
        .isGreaterThan(1e-3);
  }

  /** A few steps, for it is slow. */
  @Test
  void theReferenceBackendFollowsItToo() throws IOException {
    RunConfig.Builder run = task.run("few", "reference", "a2c").set("train.steps", 4);
    List<TrainingReport> reports = runs(run, "few", "reference", "onnxruntime", "tensorflow");
    RlTask.same(reports.get(0), reports.get(1), 4, TOLERANCE);
    RlTask.same(reports.get(0), reports.get(2), 4, TOLERANCE);
  }

  /** A trained model, whose answers are long and of all likelihoods. */
  @Test
  void backendsFollowOneCourseFromATrainedModel() throws IOException {
    Path stories = SharedData.require("models/TinyStories-656K");
    Path prompts = dir.resolve("stories.jsonl");
    List<String> rows = new ArrayList<>();
    for (String who : List.of("cat", "dog", "girl", "boy", "bird", "king", "fish", "tree")) {
      rows.add("{\"prompt\": \"Once upon a time, there was a little " + who + "\"}");
    }
    Files.write(prompts, rows);
    RunConfig.Builder run =
        task.run("stories", "tensorflow", "a2c")
            .set("model.path", stories)
            .set("algorithm.maxNewTokens", 16)
            .set(
                "algorithm.reward",
                List.of(Map.of("type", "length", "unit", "characters", "max", 120)))
            .set("algorithm.critic.learningRate", 5e-3)
            .set("optimizer.learningRate", 5e-5)
            .set("data.train", prompts)
            .set("data.maxLength", 64)
            .set("train.steps", STEPS);
    List<TrainingReport> reports = runs(run, "stories", "tensorflow", "onnxruntime");
    RlTask.same(reports.get(0), reports.get(1), STEPS, TOLERANCE);
  }
}
