package dev.fettle.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option of commands that can show what they compile. */
final class DumpGraphsMixin {
  @Option(
      names = "--dump-graphs",
      paramLabel = "DIR",
      description = "Write each compiled program there, as text and in the backend's own format.")
  private @Nullable Path directory;

  /**
   * Where to write them, if anywhere.
   *
   * @throws Failures.UsageException if that is a file
   */
  Optional<Path> directory() {
    if (directory != null && Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new Failures.UsageException(
          "--dump-graphs: " + directory + " is no directory; name one, or a new one");
    }
    return Optional.ofNullable(directory);
  }
}
