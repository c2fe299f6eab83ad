package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.harness.quickstart.AlignmentReport;
import dev.fettle.harness.quickstart.Examination;
import dev.fettle.harness.quickstart.Quickstart;
import dev.fettle.harness.quickstart.QuickstartReport;
import dev.fettle.harness.quickstart.QuickstartSettings;
import dev.fettle.harness.quickstart.Scale;
import dev.fettle.harness.run.Terminal;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quickstart at its full size: what it promises a newcomer, on both native backends. */
class QuickstartAccuracyTest {
  @TempDir private Path directory;

  @Test
  void heldOutAccuracyRisesClearlyOnBothBackends() {
    QuickstartReport report =
        Quickstart.run(
            new QuickstartSettings(
                Optional.of("onnxruntime"), directory.resolve("run"), 1, Scale.normal()),
            Terminal.none());
    assertThat(report.before().accuracy()).isLessThan(0.1);
    assertThat(report.jobs()).hasSize(2);
    assertThat(report.jobs())
        .allSatisfy(job -> assertThat(job.after().accuracy()).isGreaterThan(0.3));
    rewardsTeach(report.main().after(), report.alignment());
  }

  /** What the reward model learnt holds for questions it never saw, and makes the model better. */
  private static void rewardsTeach(Examination sft, AlignmentReport alignment) {
    assertThat(alignment.pairs().value()).isGreaterThanOrEqualTo(0.95);
    assertThat(alignment.bestOf().goldGain().orElseThrow().low()).isGreaterThan(0.05);
    assertThat(alignment.after("rejection sampling").answers().right()).isGreaterThan(sft.right());
    assertThat(alignment.after("DPO").answers().right()).isGreaterThan(sft.right());
    double before = alignment.after("fine-tuned").meanReward();
    assertThat(alignment.milestones().subList(2, 5))
        .allSatisfy(m -> assertThat(m.meanReward()).isGreaterThan(before));
  }
}
