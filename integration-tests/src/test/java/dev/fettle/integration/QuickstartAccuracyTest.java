package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.harness.quickstart.AlignmentReport;
import dev.fettle.harness.quickstart.Examination;
import dev.fettle.harness.quickstart.Quickstart;
import dev.fettle.harness.quickstart.QuickstartReport;
import dev.fettle.harness.quickstart.QuickstartSettings;
import dev.fettle.harness.quickstart.Scale;
import dev.fettle.harness.run.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quickstart at its full size: what it promises a newcomer, on both native backends. */
@Tag("slow")
class QuickstartAccuracyTest {
  @TempDir private Path directory;

  @Test
  void heldOutAccuracyRisesClearlyOnBothBackends() throws IOException {
    QuickstartReport report =
        Quickstart.run(
            new QuickstartSettings(
                Optional.of("onnxruntime"), directory.resolve("run"), 1, Scale.normal()),
            Terminal.none());
    assertThat(report.before().accuracy()).isLessThan(0.1);
    assertThat(report.jobs()).hasSize(2);
    assertThat(report.jobs())
        .allSatisfy(job -> assertThat(job.after().accuracy()).isGreaterThan(0.3));
    assertThat(report.alignments()).hasSize(2);
    for (int i = 0; i < 2; i++) {
      rewardsTeach(report.jobs().get(i).after(), report.alignments().get(i));
    }
    theCriticLearns("a2c");
    theCriticLearns("a2c-tensorflow");
  }

  /** The critic tells which questions the model answers rightly; the policy stays near. */
  private void theCriticLearns(String run) throws IOException {
    List<JsonNode> steps =
        Metrics.of(directory.resolve("run").resolve(run).resolve("metrics.jsonl")).steps();
    List<JsonNode> late = steps.subList(steps.size() - 50, steps.size());
    assertThat(mean(late, "vf_explained_var")).isGreaterThan(0.3);
    assertThat(mean(late, "kl")).isBetween(0.0, 3.0);
    assertThat(mean(late, "entropy")).isGreaterThan(0.05);
  }

  private static double mean(List<JsonNode> rows, String metric) {
    return rows.stream().mapToDouble(r -> r.path(metric).doubleValue()).average().orElseThrow();
  }

  /** What the reward model learnt holds for questions it never saw, and makes the model better. */
  private static void rewardsTeach(Examination sft, AlignmentReport alignment) {
    assertThat(alignment.pairs().value()).isGreaterThanOrEqualTo(0.95);
    assertThat(alignment.bestOf().goldGain().orElseThrow().low()).isGreaterThan(0.05);
    assertThat(alignment.after("rejection sampling").answers().right()).isGreaterThan(sft.right());
    assertThat(alignment.after("DPO").answers().right()).isGreaterThan(sft.right());
    // From kinds of question it never answers rightly a policy gradient learns too little in this
    // time; what it must not do is forget the others.
    assertThat(alignment.after("A2C").answers().right()).isGreaterThan(sft.right() * 9 / 10);
    double before = alignment.after("fine-tuned").meanReward();
    assertThat(alignment.milestones().subList(2, 5))
        .allSatisfy(m -> assertThat(m.meanReward()).isGreaterThan(before));
  }
}
