package dev.fettle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MainTest {

  @Test
  void withoutArgumentsPrintsUsage() {
    Invocation i = Invocation.of();
    assertThat(i.code()).isZero();
    assertThat(i.out()).startsWith("Usage: fettle").contains("train", "score", "generate");
  }

  @Test
  void versionNamesTheProgram() {
    Invocation i = Invocation.of("--version");
    assertThat(i.code()).isZero();
    assertThat(i.out()).startsWith("fettle ");
  }

  @Test
  void unknownOptionIsAUsageError() {
    Invocation i = Invocation.of("--no-such-option");
    assertThat(i.code()).isEqualTo(2);
    assertThat(i.err()).contains("--no-such-option");
  }

  @Test
  void everyCommandHasHelp() {
    for (String command :
        new String[] {"train", "score", "generate", "compare", "init", "doctor"}) {
      Invocation i = Invocation.of(command, "--help");
      assertThat(i.code()).isZero();
      assertThat(i.out()).contains("Usage: fettle " + command);
    }
  }
}
