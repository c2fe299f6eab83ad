package dev.fettle.integration;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A finished process on the fake of CUDA.
 *
 * @param exit its status
 * @param output what it printed
 * @param log what it asked of CUDA, a line each
 */
record FakeProcess(int exit, String output, List<String> log) {

  /** Keeps an immutable copy. */
  FakeProcess {
    log = List.copyOf(log);
  }

  /**
   * Runs a main class.
   *
   * @param card variables that say what card there is
   */
  static FakeProcess run(
      FakeCuda fake, Path directory, Map<String, String> card, String main, String... arguments)
      throws IOException, InterruptedException {
    Path log = Files.createTempFile(directory, "cuda", ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx3g", "-XX:MaxDirectMemorySize=4g"));
    command.add("-Donnxruntime.native.path=" + fake.natives());
    command.add(main);
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    Map<String, String> environment = builder.environment();
    environment.put("CLASSPATH", System.getProperty("java.class.path"));
    environment.put("LD_LIBRARY_PATH", fake.folder().toString());
    environment.put("FAKE_CUDA_LOG", log.toString());
    environment.putAll(card);
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new FakeProcess(process.waitFor(), output, Files.readAllLines(log));
  }

  /** What was asked after one mark and before the next. */
  Counts after(String mark) {
    int from = log.indexOf("mark " + mark);
    if (from < 0) {
      throw new IllegalStateException("no mark " + mark + " in " + output);
    }
    List<String> part = new ArrayList<>();
    for (String line : log.subList(from + 1, log.size())) {
      if (line.startsWith("mark ")) {
        break;
      }
      part.add(line);
    }
    return new Counts(part);
  }

  /** Everything. */
  Counts all() {
    return new Counts(log);
  }

  /**
   * Part of what was asked.
   *
   * @param lines of the log
   */
  record Counts(List<String> lines) {

    /** How many lines begin so. */
    long count(String beginning) {
      return lines.stream().filter(l -> l.startsWith(beginning)).count();
    }

    /** The bytes of the lines that begin so. */
    long bytes(String beginning) {
      return lines.stream()
          .filter(l -> l.startsWith(beginning))
          .mapToLong(l -> Long.parseLong(l.substring(l.lastIndexOf(' ') + 1)))
          .sum();
    }

    /** The calls of a library that are products of matrices. */
    long products() {
      return lines.stream().filter(l -> l.matches("library cublas\\w*[gG]emm\\w*.*")).count();
    }

    /** The calls of a library that are reductions, each a kernel or more of the library's own. */
    long reductions() {
      return lines.stream().filter(l -> l.matches("library cudnn(Reduce|Softmax|Batch).*")).count();
    }

    /** Everything that is launched, by the provider or by the libraries it calls. */
    long kernels() {
      return count("launch ") + products() + reductions();
    }

    /** What is asked most often, for a message. */
    String most() {
      Map<String, Integer> all = new TreeMap<>();
      lines.forEach(l -> all.merge(l, 1, Integer::sum));
      StringBuilder text = new StringBuilder();
      all.entrySet().stream()
          .sorted((a, b) -> b.getValue() - a.getValue())
          .limit(20)
          .forEach(e -> text.append(e.getValue()).append(" x ").append(e.getKey()).append('\n'));
      return text.toString();
    }
  }
}
