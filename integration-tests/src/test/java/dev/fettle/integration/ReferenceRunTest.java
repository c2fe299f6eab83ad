package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.ConfigReader;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** References that follow the policy, and those asked once before training. */
class ReferenceRunTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double SAME = 1e-6;
  private static final String PRECOMPUTED = "{ type: dpo, precomputeReference: true }";

  @TempDir private Path dir;
  private ForkedRun runs;

  @BeforeEach
  void make() throws IOException {
    runs = ForkedRun.in(dir);
  }

  private RunConfig config(String name, String backend, String algorithm, String... overrides)
      throws IOException {
    return ConfigReader.read(runs.preferences(name, backend, 8, algorithm), List.of(overrides));
  }

  private static TrainingReport train(RunConfig config) {
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
      return fettle.train();
    }
  }

  private static TrainingReport resume(RunConfig config) {
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
      return fettle.resume();
    }
  }

  private static void stopAfter(RunConfig config, int steps) {
    AtomicInteger asked = new AtomicInteger();
    RunOptions stopping = RunOptions.quiet().stoppingWhen(() -> asked.incrementAndGet() >= steps);
    try (Fettle fettle = Fettle.open(config, stopping)) {
      assertThat(fettle.train().outcome()).isEqualTo(TrainingReport.Outcome.STOPPED);
    }
  }

  /** How often a run is asked whether to go on while its reference is: once a micro-batch. */
  private static int asked(String algorithm) {
    return algorithm.contains("precompute") ? ForkedRun.PAIRS : 0;
  }

  /** Asked to stop before it has trained, it stops, and the next start begins. */
  @Test
  void itStopsWhileTheReferenceIsAsked() throws IOException {
    RunConfig config = config("early", "onnxruntime", PRECOMPUTED);
    stopAfter(config, 7);
    assertThat(dir.resolve("out/early/cache")).doesNotExist();
    TrainingReport report = resume(config);
    assertThat(report.from()).isZero();
    assertThat(metric(report, "loss")).hasSize(8);
  }

  private static List<Double> metric(TrainingReport report, String name) throws IOException {
    List<Double> values = new ArrayList<>();
    for (String line : Files.readAllLines(report.directory().metrics())) {
      JsonNode row = JSON.readTree(line);
      if (row.has(name)) {
        values.add(row.get(name).doubleValue());
      }
    }
    return values;
  }

  private static void same(List<Double> one, List<Double> other) {
    assertThat(one).hasSameSizeAs(other).isNotEmpty();
    for (int i = 0; i < one.size(); i++) {
      assertThat(one.get(i)).as("step %d", i + 1).isCloseTo(other.get(i), within(SAME));
    }
  }

  private static List<Path> kept(TrainingReport report) throws IOException {
    try (Stream<Path> files = Files.list(report.directory().path().resolve("cache"))) {
      return files
          .filter(f -> f.getFileName().toString().startsWith("reference-"))
          .sorted()
          .toList();
    }
  }

  /**
   * A reference that becomes the policy after each step gives log 2 in each, and in evaluations.
   */
  @ParameterizedTest
  @MethodSource("dev.fettle.integration.TestBackends#ids")
  void aReferenceThatIsThePolicyGivesLogTwo(String backend) throws IOException {
    TrainingReport report =
        train(
            config(
                "follows",
                backend,
                "{ type: dpo, syncReference: { every: 1, mixup: 1 } }",
                "data.eval=" + dir.resolve("pairs.jsonl"),
                "train.evalEvery=3"));
    for (String name : List.of("loss", "eval_loss")) {
      assertThat(metric(report, name))
          .hasSizeGreaterThan(2)
          .allSatisfy(v -> assertThat(v).isCloseTo(Math.log(2), within(SAME)));
    }
    List<Double> still = metric(train(config("still", backend, "{ type: dpo }")), "loss");
    assertThat(still.get(still.size() - 1)).isLessThan(0.69);
  }

  /** Until the first change it is as if it stayed; a mixture of 0.4 lies between. */
  @Test
  void itFollowsWhenItShould() throws IOException {
    List<Double> still = metric(train(config("s", "onnxruntime", "{ type: dpo }")), "loss");
    String every = "{ type: dpo, syncReference: { every: 4, mixup: %s } }";
    List<Double> some = metric(train(config("m", "onnxruntime", every.formatted("0.4"))), "loss");
    List<Double> all = metric(train(config("a", "onnxruntime", every.formatted("1"))), "loss");
    assertThat(some.subList(0, 4)).isEqualTo(still.subList(0, 4));
    assertThat(all.get(4)).isCloseTo(Math.log(2), within(SAME));
    assertThat(some.get(4)).isBetween(still.get(4), all.get(4));
  }

  @ParameterizedTest(name = "{1} on {0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "reference | { type: dpo, syncReference: { every: 3, mixup: 0.6 } }",
        "onnxruntime | { type: dpo, syncReference: { every: 3, mixup: 0.6 } }",
        "tensorflow | { type: dpo, syncReference: { every: 3, mixup: 0.6 } }",
        "onnxruntime | { type: kto, syncReference: { every: 3, mixup: 0.6 } }",
        "onnxruntime | { type: dpo, precomputeReference: true }"
      })
  void aResumedRunIsTheSame(String backend, String algorithm) throws IOException {
    List<Double> straight = metric(train(config("straight", backend, algorithm)), "loss");
    RunConfig config = config("stopped", backend, algorithm);
    stopAfter(config, 5 + asked(algorithm));
    TrainingReport report = resume(config);
    assertThat(report.from()).isPositive();
    assertThat(metric(report, "loss")).isEqualTo(straight);
  }

  static Stream<String> references() {
    return Stream.of(
        "{ type: dpo, beta: 0.5 }",
        "{ type: dpo, ldAlpha: 0.5 }",
        "{ type: dpo, loss: aot }",
        "{ type: dpo, reference: other }");
  }

  @ParameterizedTest
  @MethodSource("references")
  void askedBeforeItSaysTheSame(String algorithm) throws IOException {
    // Another model than the one to be trained.
    Path other = train(config("first", "onnxruntime", "{ type: dpo }")).model().orElseThrow();
    String held = algorithm.replace("other", other.toString());
    String eval = "data.eval=" + dir.resolve("pairs.jsonl");
    TrainingReport asked = train(config("asked", "onnxruntime", held, eval));
    String once = held.replace(" }", ", precomputeReference: true }");
    TrainingReport before = train(config("before", "onnxruntime", once, eval));
    same(metric(before, "loss"), metric(asked, "loss"));
    same(metric(before, "eval_loss"), metric(asked, "eval_loss"));
    // Rows to train on and to evaluate on are the same here, and so is what is kept of them.
    assertThat(kept(before)).isNotEmpty();
  }

  @Test
  void withoutItsAdapterThePolicyIsAskedOnce() throws IOException {
    String[] adapter = {"model.adapter.rank=4", "optimizer.learningRate=1e-2"};
    TrainingReport asked = train(config("asked", "onnxruntime", "{ type: dpo }", adapter));
    TrainingReport before = train(config("before", "onnxruntime", PRECOMPUTED, adapter));
    same(metric(before, "loss"), metric(asked, "loss"));
    assertThat(metric(before, "loss").get(7)).isLessThan(0.69);
  }

  /** A second start reads it back, a broken file is made anew, other settings have another file. */
  @Test
  void whatItSaidIsKept() throws IOException {
    RunConfig config = config("kept", "onnxruntime", PRECOMPUTED);
    stopAfter(config, 3 + asked(PRECOMPUTED));
    Path cache = dir.resolve("out/kept/cache");
    TrainingReport first = resume(config);
    List<Path> files = kept(first);
    assertThat(files).hasSize(1);
    byte[] written = Files.readAllBytes(files.get(0));
    Files.setLastModifiedTime(files.get(0), FileTime.fromMillis(0));
    resume(config("kept", "onnxruntime", PRECOMPUTED, "train.steps=10"));
    assertThat(Files.getLastModifiedTime(files.get(0)).toMillis()).isZero();

    byte[] broken = written.clone();
    broken[5] ^= 1;
    Files.write(files.get(0), broken);
    TrainingReport again = resume(config("kept", "onnxruntime", PRECOMPUTED, "train.steps=12"));
    assertThat(Files.readAllBytes(files.get(0))).isEqualTo(written);
    Files.write(files.get(0), new byte[7]);
    resume(config("kept", "onnxruntime", PRECOMPUTED, "train.steps=14"));
    assertThat(Files.readAllBytes(files.get(0))).isEqualTo(written);
    assertThat(kept(again)).hasSize(1);

    String tail = PRECOMPUTED.replace(" }", ", ldAlpha: 0.5 }");
    resume(config("kept", "onnxruntime", tail, "train.steps=16"));
    assertThat(kept(again)).as(cache.toString()).hasSize(2);
  }
}
