package dev.fettle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.metrics.ProgressBars;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TerminalBarsTest {

  private static String shown(ProgressBars.Work work, long done) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    try (ProgressBars.Bar bar = new TerminalBars(out).show(work)) {
      bar.at(done, "loss 2.0000");
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aBarShowsNameCountAndMessage() {
    assertThat(shown(new ProgressBars.Work("training", " steps", 3, 10), 7))
        .contains("training", "7/10 steps", "loss 2.0000");
  }

  @Test
  void whatHasNoUnitIsShownAsAShare() {
    assertThat(shown(new ProgressBars.Work("train rows", "", 0, 1000), 1000))
        .contains("train rows", "100%");
  }
}
