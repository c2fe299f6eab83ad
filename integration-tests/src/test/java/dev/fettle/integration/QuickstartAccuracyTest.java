package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

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
        .allSatisfy(job -> assertThat(job.after().accuracy()).isGreaterThan(0.6));
  }
}
