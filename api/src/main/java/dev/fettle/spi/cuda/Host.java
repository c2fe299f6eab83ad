package dev.fettle.spi.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A machine as the search sees it; tests give another than this one.
 *
 * @param root the folder that its absolute paths begin at
 * @param environment variables of the process
 * @param commands what a command prints; empty where there is no such command, or it fails
 * @param loader loads a library into the process
 */
public record Host(
    Path root,
    Map<String, String> environment,
    Function<List<String>, Optional<String>> commands,
    Consumer<Path> loader) {
  private static final long PATIENCE_SECONDS = 20;

  /** Copies the variables. */
  public Host {
    environment = Map.copyOf(environment);
  }

  /** The machine this process runs on. */
  public static Host here() {
    return new Host(Path.of("/"), System.getenv(), Host::run, Host::load);
  }

  private static void load(Path library) {
    System.load(library.toString());
  }

  /** A missing tool is no error, nor is one that hangs. */
  private static Optional<String> run(List<String> command) {
    try {
      Path out = Files.createTempFile("fettle-", ".out");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .redirectInput(ProcessBuilder.Redirect.PIPE)
                .start();
        process.getOutputStream().close();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          return Optional.empty();
        }
        String text = new String(Files.readAllBytes(out), StandardCharsets.UTF_8);
        return process.exitValue() == 0 ? Optional.of(text) : Optional.empty();
      } finally {
        Files.deleteIfExists(out);
      }
    } catch (IOException | SecurityException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** A variable that is set to something. */
  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  /** A file or folder by its absolute path there. */
  Path at(String absolute) {
    return root.resolve(absolute.startsWith("/") ? absolute.substring(1) : absolute);
  }
}
