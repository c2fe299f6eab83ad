package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.audit.Audit;
import dev.fettle.harness.audit.AuditLimits;
import dev.fettle.harness.audit.AuditReport;
import dev.fettle.harness.audit.Finding;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.harness.sample.AnswerSink;
import dev.fettle.harness.sample.SampleRequest;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.sample.Completion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Advantage actor-critic from a half-trained model, judged by greedy answers to prompts held out
 * from the run.
 */
class A2cLearningTest {
  private static final int HELD_OUT = 160;

  @TempDir private Path dir;

  private static RunConfig.Builder a2c(LetterTask task, Path half, String backend) {
    return task.run("a2c", half, backend)
        .set("algorithm.type", "a2c")
        .set("algorithm.maxNewTokens", 5)
        .set("algorithm.temperature", 0.6)
        .set("algorithm.kl", Map.of("coefficient", 0.01))
        .set("algorithm.whitenAdvantages", true)
        .set("algorithm.critic.coefficient", 0.1)
        .set("data.train", task.asked())
        .set("data.eval", task.heldOut())
        .set("optimizer.learningRate", 5e-4)
        .set("train.steps", 150)
        .set("train.batchSize", 64)
        .set("train.evalAtStart", true)
        .set("train.evalEvery", 150);
  }

  @ParameterizedTest
  @CsvSource({"tensorflow, 1", "onnxruntime, 2", "tensorflow, 3"})
  void aVerifierRaisesAccuracy(String backend, int seed) throws IOException {
    LetterTask task = LetterTask.in(dir);
    Path half = task.halfTrained(backend, 160);
    TrainingReport report =
        LetterTask.train(
            a2c(task, half, backend)
                .set("run.seed", seed)
                .set("algorithm.reward", "sorted-letters")
                .build());
    Metrics metrics = Metrics.of(report.directory().metrics());
    List<Double> accuracy = metrics.evaluations("eval_reward");
    System.out.printf("%s, seed %d: held-out accuracy %s%n", backend, seed, accuracy);
    assertThat(accuracy.get(0)).as("half trained").isBetween(0.3, 0.65);
    assertThat(Gain.of(accuracy, HELD_OUT).low()).isGreaterThan(0);
    JsonNode last = metrics.steps().get(149);
    assertThat(last.path("kl").doubleValue()).isBetween(0.0, 5.0);
    assertThat(last.path("entropy").doubleValue()).isBetween(0.1, 1.5);
  }

  /** What is learnt is the reward model's opinion; the verifier only watches. */
  @Test
  @Tag("slow")
  void aRewardModelRaisesItsOwnRewardAndTheTrueOne() throws IOException {
    String backend = "onnxruntime";
    LetterTask task = LetterTask.in(dir);
    Path half = task.halfTrained(backend, 160);
    Path judge = rewardModel(task, half, backend);
    TrainingReport report =
        LetterTask.train(
            a2c(task, half, backend)
                .set("algorithm.reward", Map.of("model", judge.toString(), "normalise", true))
                .set("algorithm.kl", Map.of("coefficient", 0.1))
                .set("train.steps", 400)
                .set("train.evalEvery", 100)
                .set("algorithm.judge", "sorted-letters")
                .build());
    Metrics metrics = Metrics.of(report.directory().metrics());
    List<Double> proxy = metrics.evaluations("eval_reward");
    List<Double> truth = metrics.evaluations("eval_judge");
    System.out.printf("reward model: held-out reward %s, accuracy %s%n", proxy, truth);
    assertThat(proxy.get(proxy.size() - 1)).isGreaterThan(proxy.get(0));
    assertThat(Gain.of(truth, HELD_OUT).low()).isGreaterThan(0);
    theReportShowsTheGap(report);
  }

  /** In deviations of the answers' scores at the start, for the two are on scales of their own. */
  private static void theReportShowsTheGap(TrainingReport report) {
    AuditReport audit = Audit.of(report.directory().path(), AuditLimits.DEFAULT);
    Finding found = audit.finding("over-optimisation");
    System.out.println(found.measured());
    Map<String, Double> numbers = found.numbers();
    double proxy = Objects.requireNonNull(numbers.get("reward_gain_in_deviations"));
    double truth = Objects.requireNonNull(numbers.get("judge_gain_in_deviations"));
    assertThat(proxy).isGreaterThan(0.5);
    assertThat(truth).isGreaterThan(0.5);
    // The truth came along with the proxy here, and the report says so.
    assertThat(found.verdict()).isEqualTo(Finding.Verdict.WITHIN);
    assertThat(numbers.get("gap_in_deviations")).isCloseTo(proxy - truth, within(1e-9));
    assertThat(report.directory().path().resolve("audit.html"))
        .content()
        .contains(found.title(), found.measured());
  }

  /**
   * The right answer is preferred to what the model itself writes and to every other order: a
   * reward model that has seen only one kind of mistake rewards whatever else the policy finds.
   */
  private Path rewardModel(LetterTask task, Path half, String backend) throws IOException {
    List<String> rows = new ArrayList<>();
    try (LoadedModel model = LoadedModel.open(half, BackendSettings.of(backend))) {
      SamplingOptions drawing =
          SamplingOptions.sampling(5).withTemperature(0.8).withSamples(8).withSeed(9);
      model.sample(
          SampleRequest.of(task.asked(), drawing).withBatchSize(128),
          AnswerSink.of(answers -> rows.addAll(pairs(answers))));
    }
    Path pairs = Files.write(dir.resolve("pairs.jsonl"), rows);
    Path fresh = dir.resolve("fresh-reward");
    Fettle.initModel(
        new NewModel(
            NewModel.Family.LLAMA,
            new NewModel.Sizes(2, 64, 4, 4, 128, 32, true),
            new NewModel.CopiedTokens(task.fresh()),
            7),
        fresh);
    return LetterTask.train(
            task.run("reward", fresh, backend)
                .set("algorithm.type", "reward")
                .set("data.train", pairs)
                .set("data.maxLength", 32)
                .set("optimizer.schedule.type", "cosine")
                .set("train.steps", 1500)
                .set("train.batchSize", 32)
                .build())
        .model()
        .orElseThrow();
  }

  private static List<String> pairs(List<Completion> answers) {
    String prompt = answers.get(0).prompt().text();
    char[] c = prompt.replace("=", "").toCharArray();
    Arrays.sort(c);
    Set<String> others = new LinkedHashSet<>(answers.stream().map(Completion::text).toList());
    for (int[] o : new int[][] {{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}) {
      others.add("" + c[o[0]] + c[o[1]] + c[o[2]]);
    }
    others.remove(new String(c));
    return others.stream()
        .map(
            other ->
                JsonNodeFactory.instance
                    .objectNode()
                    .put("prompt", prompt)
                    .put("chosen", new String(c))
                    .put("rejected", other)
                    .toString())
        .toList();
  }

  /**
   * Of a policy that stands still: the mean square of its gradients is their variance, and more.
   */
  @Test
  void withoutABaselineGradientsVaryMore() throws IOException {
    LetterTask task = LetterTask.in(dir);
    Path half = task.halfTrained("onnxruntime", 160);
    double none = meanSquare(task, half, "none");
    double leaveOneOut = meanSquare(task, half, "leave_one_out");
    System.out.printf(
        "mean square of gradients: none %.4g, leave one out %.4g%n", none, leaveOneOut);
    assertThat(none).isGreaterThan(1.3 * leaveOneOut);
  }

  private static double meanSquare(LetterTask task, Path half, String baseline) throws IOException {
    TrainingReport report =
        LetterTask.train(
            task.run("still-" + baseline, half, "onnxruntime")
                .set("algorithm.type", "reinforce")
                .set("algorithm.baseline", baseline)
                .set("algorithm.samplesPerPrompt", 8)
                .set("algorithm.maxNewTokens", 5)
                .set("algorithm.temperature", 0.6)
                .set("algorithm.kl", Map.of("coefficient", 0, "measured", false))
                .set("algorithm.reward", Map.of("type", "sorted-letters", "partial", true))
                .set("data.train", task.asked())
                .set("optimizer.learningRate", 1e-12)
                .set("train.steps", 40)
                .set("train.batchSize", 64)
                .build());
    return Metrics.of(report.directory().metrics()).steps().stream()
        .mapToDouble(row -> Math.pow(row.path("grad_norm").doubleValue(), 2))
        .average()
        .orElseThrow();
  }
}
