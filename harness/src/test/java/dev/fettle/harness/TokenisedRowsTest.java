package dev.fettle.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.data.read.DataException;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.harness.run.TrainingReport.Outcome;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run keeps its tokenised rows in its directory. */
class TokenisedRowsTest {
  @TempDir private Path dir;
  private Tiny tiny;

  @BeforeEach
  void make() {
    tiny = Tiny.in(dir);
  }

  private RunConfig config(String name) {
    return tiny.config(name).set("data.eval", tiny.rows()).set("data.maxLength", 40).build();
  }

  private static TrainingReport train(RunConfig config, RunOptions options, boolean resume) {
    try (Fettle fettle = Fettle.open(config, options)) {
      return resume ? fettle.resume() : fettle.train();
    }
  }

  private static TrainingReport stoppedAfter(int steps, RunConfig config) {
    AtomicInteger asked = new AtomicInteger();
    return train(
        config, RunOptions.quiet().stoppingWhen(() -> asked.getAndIncrement() >= steps), false);
  }

  private static byte[] weights(TrainingReport report) throws IOException {
    return Files.readAllBytes(report.model().orElseThrow().resolve("model.safetensors"));
  }

  /** What tells a file from another written under its name, by name. */
  private static Map<String, Object> written(TrainingReport report) throws IOException {
    Map<String, Object> keys = new TreeMap<>();
    try (Stream<Path> files = Files.list(report.directory().cache())) {
      for (Path file : files.toList()) {
        Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        keys.put(file.getFileName().toString(), key == null ? file : key);
      }
    }
    return keys;
  }

  @Test
  void aResumedRunReadsThemBack() throws IOException {
    TrainingReport straight = train(config("straight"), RunOptions.quiet(), false);
    TrainingReport stopped = stoppedAfter(3, config("stopped"));
    Map<String, Object> before = written(stopped);
    // The same file of rows to train on and to evaluate on.
    assertThat(before).hasSize(1);
    TrainingReport resumed = train(config("stopped"), RunOptions.quiet(), true);
    assertThat(resumed.from()).isEqualTo(3);
    assertThat(written(resumed)).isEqualTo(before);
    assertThat(weights(resumed)).isEqualTo(weights(straight));
    assertThat(resumed.evaluation()).isEqualTo(straight.evaluation());
  }

  @Test
  void withoutThemOrWithDamagedOnesTheyAreMadeAgain() throws IOException {
    TrainingReport straight = train(config("straight"), RunOptions.quiet(), false);
    for (boolean damaged : new boolean[] {false, true}) {
      RunConfig config = config("stopped" + damaged);
      TrainingReport stopped = stoppedAfter(3, config);
      Map<String, Object> before = written(stopped);
      Path file = stopped.directory().cache().resolve(before.keySet().iterator().next());
      byte[] whole = Files.readAllBytes(file);
      if (damaged) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.truncate(whole.length / 2);
        }
      } else {
        Files.delete(file);
      }
      TrainingReport resumed = train(config, RunOptions.quiet(), true);
      assertThat(weights(resumed)).isEqualTo(weights(straight));
      assertThat(written(resumed)).containsOnlyKeys(before.keySet());
      assertThat(file).hasBinaryContent(whole);
    }
  }

  @Test
  void otherRowsAreNotTakenForThem() throws IOException {
    RunConfig config = config("changed");
    stoppedAfter(3, config);
    Files.writeString(tiny.rows(), Files.readString(tiny.rows()).replace("What", "that"));
    assertThatThrownBy(() -> train(config, RunOptions.quiet(), true))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("the data is not what it was when the checkpoint was written");
  }

  @Test
  void theyAloneAreNoRun() throws IOException {
    Path broken = tiny.write("broken.jsonl", "no row\n");
    RunConfig config = config("refused").toBuilder().set("data.eval", broken).build();
    assertThatThrownBy(() -> train(config, RunOptions.quiet(), false))
        .isInstanceOf(DataException.class);
    assertThat(config.run().directory()).isDirectoryContaining(p -> p.endsWith("cache"));
    Files.writeString(broken, "{\"text\": \"one and two\"}\n");
    assertThat(train(config, RunOptions.quiet(), false).outcome()).isEqualTo(Outcome.FINISHED);
  }

  @Test
  void scoringKeepsNone() throws IOException {
    Fettle.score(tiny.model(), Tiny.REFERENCE, tiny.rows());
    try (Stream<Path> files = Files.walk(dir)) {
      assertThat(files.filter(f -> f.toString().endsWith(".bin"))).isEmpty();
    }
  }
}
