package dev.fettle.harness.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.quickstart.Scale.Stage;
import dev.fettle.harness.quickstart.Scale.Stages;
import dev.fettle.harness.run.Terminal;
import dev.fettle.settings.ConfigException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class QuickstartTest {
  /** One kind of question and a very small model: seconds on the reference backend. */
  private static final Scale TINY =
      new Scale(
          new TinyWorld.Amount(Set.of(TaskKind.COUNT), 400, 20),
          new NewModel.Sizes(2, 48, 4, 4, 96, 32, true),
          new NewModel.Sizes(1, 32, 4, 4, 64, 32, true),
          340,
          new Stages(
              new Stage(40, 8, 32, 3e-3),
              new Stage(150, 16, 32, 4e-3),
              new Stage(30, 8, 32, 4e-3),
              new Stage(8, 64, 32, 1e-3),
              new Stage(8, 8, 32, 1e-4),
              new Stage(4, 16, 32, 1e-4)));

  @TempDir private Path dir;

  private QuickstartSettings settings(Path directory) {
    return new QuickstartSettings(Optional.of("reference"), directory, 1, TINY, false);
  }

  @Test
  void runsEndToEndAndLearns() {
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    Terminal terminal = Terminal.lines(new PrintStream(shown, true, StandardCharsets.UTF_8));
    QuickstartReport report = Quickstart.run(settings(dir.resolve("run")), terminal);
    assertThat(report.before().accuracy()).isLessThan(0.2);
    // Too short for the rule itself, which the full size learns; the loss must fall by half.
    double first = report.main().training().losses().get(0);
    assertThat(report.main().training().lastLoss()).isLessThan(first / 2);
    assertThat(report.main().after().answers()).hasSize(20);
    assertThat(report.main().training().losses()).hasSize(150);
    assertThat(report.main().training().model()).isDirectoryContaining("glob:**.safetensors");
    assertThat(report.alignment().milestones())
        .extracting(Milestone::stage)
        .containsExactly(
            Alignment.BASE,
            Alignment.SFT,
            Alignment.BEST_OF,
            Alignment.REJECTION,
            Alignment.DPO,
            Alignment.A2C);
    assertThat(report.alignment().trainings().get(2).rewards()).hasSize(4);
    assertThat(report.alignment().bestOf().points()).hasSize(8);
    assertThat(report.page()).content().contains("After each stage", "<svg", "Some answers");
    assertThat(shown.toString(StandardCharsets.UTF_8))
        .contains("./fettle generate --model " + report.main().training().model())
        .contains("The held-out questions after each stage")
        .contains("No other backend");
  }

  @Test
  void aDirectoryInUseIsLeftAlone() throws IOException {
    Files.writeString(dir.resolve("mine.txt"), "mine");
    assertThatThrownBy(() -> Quickstart.run(settings(dir), Terminal.none()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("not empty");
  }
}
