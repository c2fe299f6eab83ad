package dev.fettle.harness.compare;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fettle.harness.config.ConfigWriter;
import dev.fettle.harness.run.Terminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts runs in JVMs like this one, one at a time, and collects what they leave.
 *
 * @param directory where the runs are, and what they print
 * @param terminal where their progress is shown
 */
record ProcessLauncher(Path directory, Terminal terminal) {
  private static final int TAIL = 3;

  /** Runs one to its end, whatever that is. */
  RunTrace run(Contender contender) {
    String label = contender.label();
    Path config = directory.resolve("." + label + ".yaml");
    Path trace = directory.resolve("." + label + ".json");
    try {
      Files.writeString(config, ConfigWriter.yaml(contender.config()));
      int code = await(label, start(contender, config, trace));
      return Files.exists(trace)
          ? Traces.read(trace)
          : RunTrace.failed(label, "its process ended with exit code " + code + tail(label));
    } catch (IOException e) {
      return RunTrace.failed(label, "its process could not be run: " + e);
    } finally {
      deleteQuietly(config);
      deleteQuietly(trace);
    }
  }

  /** What a run printed. */
  Path log(String label) {
    return directory.resolve(label + ".log");
  }

  private Process start(Contender contender, Path config, Path trace) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags());
    command.add(ComparedProcess.class.getName());
    command.addAll(List.of(contender.label(), config.toString(), trace.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    // A command line of several kilobytes is what some native code trips over.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().putIfAbsent("TF_CPP_MIN_LOG_LEVEL", "3");
    Files.deleteIfExists(log(contender.label()));
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log(contender.label()).toFile()));
    return builder.start();
  }

  /** This JVM's own flags, but no debugger or profiler: two could not share its port or file. */
  private static List<String> flags() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(f -> !f.startsWith("-agent") && !f.startsWith("-javaagent"))
        .filter(f -> !f.startsWith("-Xrunjdwp"))
        .toList();
  }

  private int await(String label, Process process) throws IOException {
    Thread end = new Thread(process::destroy, "stop-" + label);
    Runtime.getRuntime().addShutdownHook(end);
    try (BufferedReader lines =
            new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        RunProgress progress = new RunProgress(terminal);
        Writer log = Files.newBufferedWriter(log(label), append())) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!progress.tell(line)) {
          log.write(line + "\n");
          log.flush();
        }
      }
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroy();
      forget(end);
    }
  }

  private static StandardOpenOption[] append() {
    return new StandardOpenOption[] {StandardOpenOption.CREATE, StandardOpenOption.APPEND};
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending, and the hook has run.
    }
  }

  private String tail(String label) throws IOException {
    Path log = log(label);
    if (!Files.exists(log) || Files.size(log) == 0) {
      return "";
    }
    // Native code prints in whatever encoding.
    List<String> lines = new String(Files.readAllBytes(log), UTF_8).lines().toList();
    List<String> last = lines.subList(Math.max(0, lines.size() - TAIL), lines.size());
    return ": " + String.join(" | ", last);
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // A leftover of a few kilobytes does no harm; the next comparison overwrites it.
    }
  }
}
