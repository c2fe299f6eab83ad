package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.harness.quickstart.AlignmentReport;
import dev.fettle.harness.quickstart.Examination;
import dev.fettle.harness.quickstart.Quickstart;
import dev.fettle.harness.quickstart.QuickstartReport;
import dev.fettle.harness.quickstart.QuickstartSettings;
import dev.fettle.harness.quickstart.Scale;
import dev.fettle.harness.quickstart.Scale.Stage;
import dev.fettle.harness.quickstart.Scale.Stages;
import dev.fettle.harness.run.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The quickstart at its full size: what it promises a newcomer, on both native backends. */
class QuickstartAccuracyTest {
  @TempDir private Path directory;

  /** One backend, and less of what comes after fine-tuning. */
  @Test
  void a2cLearnsWhatFineTuningLeftOpen() throws IOException {
    Stages full = Scale.normal().stages();
    Stages less =
        new Stages(
            full.base(),
            full.fineTuning(),
            shorter(full.reward(), 150),
            shorter(full.rejection(), 40),
            shorter(full.dpo(), 40),
            shorter(full.a2c(), 120));
    QuickstartReport report = run(0, scale(less), true);
    assertThat(report.jobs()).hasSize(1);
    a2cLearns(report, report.alignment());
  }

  private static Stage shorter(Stage stage, long steps) {
    return new Stage(steps, stage.batchSize(), stage.maxLength(), stage.learningRate());
  }

  private static Scale scale(Stages stages) {
    Scale normal = Scale.normal();
    return new Scale(normal.world(), normal.model(), normal.judge(), normal.vocabSize(), stages);
  }

  private QuickstartReport run(long seed, Scale scale, boolean alone) {
    return Quickstart.run(
        new QuickstartSettings(
            Optional.of("onnxruntime"), directory.resolve("run"), seed, scale, alone),
        Terminal.none());
  }

  @ParameterizedTest
  @Tag("slow")
  @ValueSource(longs = {0, 1, 2})
  void heldOutAccuracyRisesClearlyOnBothBackends(long seed) throws IOException {
    QuickstartReport report = run(seed, Scale.normal(), false);
    assertThat(report.before().accuracy()).isLessThan(0.1);
    assertThat(report.jobs()).hasSize(2);
    assertThat(report.jobs())
        .allSatisfy(job -> assertThat(job.after().accuracy()).isBetween(0.3, 0.9));
    assertThat(report.alignments()).hasSize(2);
    for (int i = 0; i < 2; i++) {
      rewardsTeach(report.jobs().get(i).after(), report.alignments().get(i));
      a2cLearns(report, report.alignments().get(i));
    }
  }

  /**
   * More answers are right, the critic tells which questions the model answers rightly, and the
   * policy stays near.
   */
  private void a2cLearns(QuickstartReport report, AlignmentReport alignment) throws IOException {
    Examination before = alignment.after("fine-tuned").answers();
    Examination after = alignment.after("A2C").answers();
    Gain gain = Gain.paired(marks(before), marks(after));
    boolean main = alignment.equals(report.alignment());
    Path run = directory.resolve("run").resolve(main ? "a2c" : "a2c-" + alignment.backend());
    List<JsonNode> steps = Metrics.of(run.resolve("metrics.jsonl")).steps();
    List<JsonNode> late = steps.subList(steps.size() * 3 / 4, steps.size());
    double explained = highest(steps, "vf_explained_var");
    double kl = Metrics.mean(late, "kl");
    double entropy = Metrics.mean(late, "entropy");
    System.out.printf(
        "%s: right answers of %d: %s; explained %.2f, kl %.2f, entropy %.2f%n",
        alignment.backend(), marks(before).size(), gain, explained, kl, entropy);
    assertThat(gain.low()).isGreaterThan(0.05);
    assertThat(explained).isGreaterThan(0.3);
    assertThat(kl).isBetween(0.0, 3.0);
    assertThat(entropy).isGreaterThan(0.02);
  }

  /**
   * The highest mean of twenty steps: once nearly all answers are right, little is left that could
   * be foreseen.
   */
  private static double highest(List<JsonNode> steps, String metric) {
    return IntStream.rangeClosed(0, steps.size() - 20)
        .mapToDouble(i -> Metrics.mean(steps.subList(i, i + 20), metric))
        .max()
        .orElseThrow();
  }

  private static List<Boolean> marks(Examination answers) {
    return answers.answers().stream().map(Examination.Answer::isRight).toList();
  }

  /** What the reward model learnt holds for questions it never saw, and makes the model better. */
  private static void rewardsTeach(Examination sft, AlignmentReport alignment) {
    assertThat(alignment.pairs().value()).isGreaterThanOrEqualTo(0.95);
    assertThat(alignment.bestOf().goldGain().orElseThrow().low()).isGreaterThan(0.05);
    assertThat(alignment.after("rejection sampling").answers().right()).isGreaterThan(sft.right());
    assertThat(alignment.after("DPO").answers().right()).isGreaterThan(sft.right());
    double before = alignment.after("fine-tuned").meanReward();
    assertThat(alignment.milestones().subList(2, 6))
        .allSatisfy(m -> assertThat(m.meanReward()).isGreaterThan(before));
  }
}
