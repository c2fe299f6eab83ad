package dev.fettle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int fettle(String... args) {
    return new CommandLine(new Main())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(args);
  }

  @Test
  void withoutArgumentsPrintsUsage() {
    assertThat(fettle()).isZero();
    assertThat(out.toString()).startsWith("Usage: fettle");
  }

  @Test
  void versionNamesTheProgram() {
    assertThat(fettle("--version")).isZero();
    assertThat(out.toString()).startsWith("fettle ");
  }

  @Test
  void unknownOptionIsAUsageError() {
    assertThat(fettle("--no-such-option")).isEqualTo(2);
    assertThat(err.toString()).contains("--no-such-option");
  }
}
