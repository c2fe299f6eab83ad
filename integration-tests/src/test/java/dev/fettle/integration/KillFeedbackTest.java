package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fettle feedback} killed or stopped, and called again, ends with the same pairs. */
class KillFeedbackTest {
  private static final long PATIENCE_SECONDS = 180;
  private static final int ROWS = 40;

  @TempDir private Path directory;

  private Path config() throws IOException {
    ForkedSample.in(directory);
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      rows.add("{\"prompt\":\"%d\",\"answers\":[\"%d a\",\"b %d\",\"c\"]}".formatted(i, i, i));
    }
    Files.write(directory.resolve("rows.jsonl"), rows);
    Path model = directory.resolve("model");
    // Room for a question; its weights do not depend on it.
    Path json = model.resolve("config.json");
    Files.writeString(
        json,
        Files.readString(json)
            .replaceAll(
                "\"max_position_embeddings\"\\s*:\\s*\\d+", "\"max_position_embeddings\": 2048"));
    return Files.writeString(
        directory.resolve("label.yaml"),
        """
        out: out
        rows: rows.jsonl
        backend: { id: onnxruntime, threads: 1 }
        judge: { type: local, model: model }
        label: { decide: mean, keepUndecided: true }
        """);
  }

  private Process start(Path config, String out, String... more) throws IOException {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "dev.fettle.cli.Main",
                "feedback",
                "label",
                config.toString(),
                "--set=out=" + directory.resolve(out)));
    line.addAll(List.of(more));
    ProcessBuilder builder = new ProcessBuilder(line);
    // In the environment: a long command line is what some native code trips over.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.redirectErrorStream(true);
    builder.redirectOutput(
        ProcessBuilder.Redirect.appendTo(directory.resolve(out + ".txt").toFile()));
    return builder.start();
  }

  private String printed(String out) throws IOException {
    return new String(Files.readAllBytes(directory.resolve(out + ".txt")), StandardCharsets.UTF_8);
  }

  private void end(Process process, String out) throws IOException, InterruptedException {
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(printed(out)).isZero();
  }

  /** The log but for its times, which are never the same. */
  private List<String> log(String out) throws IOException {
    return Files.readAllLines(directory.resolve(out).resolve("log.jsonl")).stream()
        .map(line -> line.replaceAll("\"ms\":\\d+", ""))
        .toList();
  }

  @Test
  void aKilledJobEndsWithTheSamePairs() throws IOException, InterruptedException {
    Path config = config();
    end(start(config, "straight"), "straight");
    Path log = directory.resolve("broken/log.jsonl");
    for (int lines : new int[] {1, ROWS * 3}) {
      Process process = start(config, "broken");
      while (process.isAlive() && (!Files.exists(log) || count(log) < lines)) {
        Thread.sleep(1);
      }
      process.destroyForcibly().waitFor();
    }
    end(start(config, "broken"), "broken");
    assertThat(log("broken")).isEqualTo(log("straight"));
    assertThat(
            Files.mismatch(
                directory.resolve("straight/pairs.jsonl"), directory.resolve("broken/pairs.jsonl")))
        .isEqualTo(-1);
    assertThat(Files.readAllLines(directory.resolve("broken/pairs.jsonl"))).isNotEmpty();
  }

  private static long count(Path log) throws IOException {
    return new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().count();
  }

  /** Also where the server it waits for says nothing. */
  @Test
  void ctrlCEndsACallThatWaits() throws IOException, InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    var threads = Executors.newCachedThreadPool();
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          asked.countDown();
          try {
            over.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          exchange.close();
        });
    server.start();
    try {
      Process process =
          start(
              config(),
              "stopped",
              "--set=judge={type: endpoint, model: m, url: 'http://127.0.0.1:"
                  + server.getAddress().getPort()
                  + "'}");
      assertThat(asked.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      // What a shell sends for Ctrl-C, as far as Java can: TERM is heard alike.
      process.destroy();
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(printed("stopped")).isEqualTo(130);
      assertThat(printed("stopped")).contains("Stopped. 0 of 40 rows are whole");
    } finally {
      over.countDown();
      server.stop(0);
      threads.shutdownNow();
    }
  }
}
