package dev.fettle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.data.read.DataException;
import dev.fettle.models.config.ModelFileException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;

/** Exit codes: 2 for what a user can put right in what he gave, 1 for what failed. */
class FailuresTest {
  @Command
  private static final class Nothing {}

  private static int exitCode(Exception error) {
    CommandLine command = new CommandLine(new Nothing());
    command.setErr(new PrintWriter(new StringWriter()));
    return new Failures(() -> false)
        .handleExecutionException(
            error, command, ParseResult.builder(command.getCommandSpec()).build());
  }

  private static IOException full() {
    return new IOException("No space left on device");
  }

  @Test
  void aFullDiskIsAFailure() {
    assertThat(exitCode(new DataException("s.jsonl cannot be written: full", full()))).isEqualTo(1);
    assertThat(exitCode(new ModelFileException(Path.of("m"), "cannot be written: full", full())))
        .isEqualTo(1);
  }

  @Test
  void aPlaceThatIsNotThereIsTheUsersToPutRight() {
    NoSuchFileException absent = new NoSuchFileException("absent");
    assertThat(exitCode(new DataException("s.jsonl cannot be written: absent", absent)))
        .isEqualTo(2);
    assertThat(exitCode(new DataException("rows.jsonl:7 is not JSON", full()))).isEqualTo(2);
  }
}
