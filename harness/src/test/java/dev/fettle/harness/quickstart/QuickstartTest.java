package dev.fettle.harness.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.harness.NewModel;
import dev.fettle.harness.Terminal;
import dev.fettle.harness.config.ConfigException;
import dev.fettle.harness.quickstart.Scale.Stage;
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
  /** One rule, which a single layer begins to learn; by chance one answer in twelve is right. */
  private static final Scale TINY =
      new Scale(
          new TinyWorld.Amount(Set.of(TaskKind.COUNT), 400, 20),
          new NewModel.Sizes(1, 32, 2, 2, 32, 32, true),
          340,
          new Stage(10, 2, 32, 1e-2),
          new Stage(150, 8, 32, 2e-2));

  @TempDir private Path dir;

  private QuickstartSettings settings(Path directory) {
    return new QuickstartSettings(Optional.of("reference"), directory, 1, TINY);
  }

  @Test
  void accuracyRises() {
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    Terminal terminal = new Terminal(new PrintStream(shown, true, StandardCharsets.UTF_8), false);
    QuickstartReport report = Quickstart.run(settings(dir.resolve("run")), terminal);
    assertThat(report.before().accuracy()).isLessThan(0.2);
    assertThat(report.main().after().accuracy()).isGreaterThan(0.45);
    assertThat(report.main().training().losses()).hasSize(150);
    assertThat(report.main().training().model()).isDirectoryContaining("glob:**.safetensors");
    assertThat(shown.toString(StandardCharsets.UTF_8))
        .contains("./fettle generate --model " + report.main().training().model())
        .contains("Held-out questions answered right")
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
