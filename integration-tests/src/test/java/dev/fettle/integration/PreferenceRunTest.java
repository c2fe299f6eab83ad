package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.ConfigReader;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.model.NewModel.Family;
import dev.fettle.harness.model.NewModel.Sizes;
import dev.fettle.harness.model.NewModel.TrainedTokens;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs over preferences from YAML: what they learn, and what must change nothing. */
class PreferenceRunTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PAIRS = 12;
  private static final double SAME = 1e-6;

  @TempDir private static Path dir;

  @BeforeAll
  static void makeRun() throws IOException {
    String rows =
        IntStream.range(0, PAIRS)
            .mapToObj(
                i ->
                    "{\"prompt\": \"What is %d and one?\", \"chosen\": \" It is %d.\", \"rejected\": \" No idea%s\"}\n"
                        .formatted(i * 7, i * 7 + 1, ".".repeat(i % 5)))
            .collect(Collectors.joining());
    Path text = Files.writeString(dir.resolve("rows.jsonl"), rows);
    Fettle.initModel(
        new NewModel(
            Family.LLAMA,
            new Sizes(1, 16, 2, 2, 32, 96, true),
            new TrainedTokens(List.of(text), 290, List.of()),
            3),
        dir.resolve("model"));
    Files.writeString(
        dir.resolve("run.yaml"),
        """
        model: { path: model }
        algorithm: { type: dpo }
        data: { train: rows.jsonl, eval: rows.jsonl, maxLength: 96 }
        optimizer: { learningRate: 1.0e-2 }
        train: { steps: 6, batchSize: 4 }
        """);
  }

  private static RunConfig config(String... overrides) {
    return ConfigReader.read(dir.resolve("run.yaml"), List.of(overrides));
  }

  private static TrainingReport train(String... overrides) {
    try (Fettle fettle = Fettle.open(config(overrides), RunOptions.quiet())) {
      return fettle.train();
    }
  }

  private static List<JsonNode> steps(TrainingReport report) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(report.directory().metrics())) {
      JsonNode row = JSON.readTree(line);
      if (row.has("loss")) {
        rows.add(row);
      }
    }
    return rows;
  }

  private static double[] losses(TrainingReport report) throws IOException {
    return steps(report).stream().mapToDouble(row -> row.get("loss").doubleValue()).toArray();
  }

  private static void same(double[] one, double[] other) {
    assertThat(one).hasSameSizeAs(other);
    for (int i = 0; i < one.length; i++) {
      assertThat(one[i])
          .as("loss of step %d", i + 1)
          .isCloseTo(other[i], within(SAME * Math.max(1, Math.abs(other[i]))));
    }
  }

  static Stream<Arguments> algorithms() {
    return Stream.of(
            "type: dpo, beta: 0.5",
            "type: dpo, loss: [sigmoid, sft], lossWeights: [1, 0.2], labelSmoothing: 0.1",
            "type: dpo, loss: exo_pair, labelSmoothing: 0.001, ldAlpha: 0.5",
            "type: dpo, loss: hinge, reference: none, fDivergence: js_divergence",
            "type: dpo, weighting: wpo, beta: 0.5",
            "type: dpo, precomputeReference: true",
            "type: dpo, syncReference: { every: 4, mixup: 0.5 }",
            "type: cpo, beta: 1",
            "type: cpo, loss: ipo",
            "type: simpo",
            "type: simpo, rewardAlpha: 0.25",
            "type: slic",
            "type: orpo, beta: 0.5",
            "type: kto, beta: 0.5, desirableWeight: 1.2",
            "type: kto, loss: apo_zero_unpaired, beta: 0.5")
        .flatMap(
            settings ->
                Stream.of("tensorflow", "onnxruntime").map(id -> Arguments.of(settings, id)));
  }

  private static double evaluated(TrainingReport report, String metric) {
    return Objects.requireNonNull(report.evaluation().get(metric));
  }

  /** The chosen answers move ahead of the rejected ones. */
  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("algorithms")
  void itLearns(String settings, String backend) throws IOException {
    Path yaml = dir.resolve("learns.yaml");
    Files.writeString(
        yaml,
        Files.readString(dir.resolve("run.yaml"))
            .replace("algorithm: { type: dpo }", "algorithm: { " + settings + " }"));
    RunConfig config =
        ConfigReader.read(
            yaml,
            List.of(
                "backend.id=" + backend,
                "run.name=learns-" + backend + settings.hashCode(),
                "train.steps=12"));
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
      TrainingReport report = fettle.train();
      List<JsonNode> steps = steps(report);
      double before =
          steps.get(0).get("logps/chosen").doubleValue()
              - steps.get(0).get("logps/rejected").doubleValue();
      double after =
          evaluated(report, "eval_logps/chosen") - evaluated(report, "eval_logps/rejected");
      assertThat(after).isGreaterThan(before + 1);
      assertThat(report.evaluation().get("eval_loss"))
          .isLessThan(steps.get(0).get("loss").doubleValue());
      assertThat(report.model()).isPresent();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.fettle.integration.TestBackends#ids")
  void itBeginsAtLogTwo(String backend) throws IOException {
    JsonNode first =
        steps(train("backend.id=" + backend, "run.name=first-" + backend, "train.steps=1")).get(0);
    assertThat(first.get("loss").doubleValue()).isCloseTo(Math.log(2), within(SAME));
    assertThat(first.get("rewards/chosen").doubleValue()).isCloseTo(0, within(SAME));
    assertThat(first.get("rewards/margins").doubleValue()).isCloseTo(0, within(SAME));
  }

  static Stream<String> apart() {
    return Stream.of(
        "{ type: dpo }",
        "{ type: dpo, loss: [ipo, nca_pair, sft], ldAlpha: 0.5, weighting: wpo }",
        "{ type: cpo }",
        "{ type: simpo }",
        "{ type: slic }",
        "{ type: orpo }",
        "{ type: kto }");
  }

  /** All pairs in every step, so that packing decides nothing but where they lie. */
  @ParameterizedTest
  @MethodSource("apart")
  void packingAndMicroBatchesChangeNothing(String algorithm) throws IOException {
    Path yaml = dir.resolve("apart.yaml");
    Files.writeString(
        yaml,
        Files.readString(dir.resolve("run.yaml"))
            .replace("algorithm: { type: dpo }", "algorithm: " + algorithm));
    double[] padded = losses(apart(yaml, "onnxruntime", "none", 4));
    same(padded, losses(apart(yaml, "onnxruntime", "bfd", 4)));
    same(padded, losses(apart(yaml, "onnxruntime", "none", 1)));
    same(padded, losses(apart(yaml, "tensorflow", "bfd", 2)));
  }

  private static TrainingReport apart(Path yaml, String backend, String packing, int rows) {
    RunConfig config =
        ConfigReader.read(
            yaml,
            List.of(
                "backend.id=" + backend,
                "run.name=" + UUID.randomUUID(),
                "data.packing=" + packing,
                "train.steps=4",
                "train.batchSize=" + 2 * PAIRS,
                "train.microBatchSize=" + rows));
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
      return fettle.train();
    }
  }

  /** The reference of a resumed run is still the model it began with. */
  @ParameterizedTest
  @MethodSource("dev.fettle.integration.TestBackends#ids")
  void aResumedRunIsTheSame(String backend) throws IOException {
    String id = "backend.id=" + backend;
    double[] straight = losses(train(id, "run.name=straight-" + backend));
    RunConfig config = config(id, "run.name=resumed-" + backend);
    AtomicInteger asked = new AtomicInteger();
    RunOptions stopping = RunOptions.quiet().stoppingWhen(() -> asked.incrementAndGet() > 3);
    try (Fettle fettle = Fettle.open(config, stopping)) {
      assertThat(fettle.train().outcome()).isEqualTo(TrainingReport.Outcome.STOPPED);
    }
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
      TrainingReport report = fettle.resume();
      assertThat(report.from()).isPositive();
      assertThat(losses(report)).isEqualTo(straight);
    }
  }

  /** Without its adapter, over the same slots, the policy is what a second model would be. */
  @ParameterizedTest
  @MethodSource("dev.fettle.integration.TestBackends#ids")
  void withoutItsAdapterThePolicyIsItsReference(String backend) throws IOException {
    List<String> adapter =
        List.of(
            "backend.id=" + backend,
            "model.adapter.rank=4",
            "model.adapter.targets=all-linear",
            "optimizer.learningRate=1e-1");
    double[] same = losses(train(with(adapter, "run.name=adapter-off-" + backend)));
    double[] second =
        losses(
            train(
                with(
                    adapter,
                    "run.name=adapter-second-" + backend,
                    "algorithm.reference=" + dir.resolve("model"))));
    assertThat(Arrays.stream(same).min().orElseThrow()).isLessThan(0.67);
    same(same, second);
  }

  private static String[] with(List<String> some, String... more) {
    return Stream.concat(some.stream(), Arrays.stream(more)).toArray(String[]::new);
  }

  @Test
  void settingsThatCannotBeAreNamed() {
    assertThatThrownBy(() -> config("algorithm.loss=[sigmoid, sft]", "algorithm.lossWeights=[1]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("algorithm.lossWeights")
        .hasMessageContaining("2 losses");
    assertThatThrownBy(() -> config("algorithm.loss=exo_pair"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("exo_pair needs some");
    assertThatThrownBy(() -> config("algorithm.labelSmoothing=0.5"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("below 0.5");
    assertThatThrownBy(() -> config("algorithm.loss=sigmoyd"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("sigmoid");
    assertThatThrownBy(() -> config("algorithm.reference=" + dir.resolve("nowhere")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("algorithm.reference")
        .hasMessageContaining("nowhere");
    assertThatThrownBy(() -> config("algorithm.weighting=wpo", "algorithm.loss=aot"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("algorithm.weighting")
        .hasMessageContaining("sort");
    assertThatThrownBy(
            () -> config("algorithm.precomputeReference=true", "algorithm.reference=none"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("nothing to compute");
    assertThatThrownBy(
            () ->
                config("algorithm.precomputeReference=true", "algorithm.syncReference={every: 2}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("algorithm.precomputeReference")
        .hasMessageContaining("stays as it is");
    assertThatThrownBy(() -> config("algorithm.syncReference={mixup: 1.5}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("algorithm.syncReference.mixup");
    assertThatThrownBy(() -> train("run.name=cut", "data.packing=wrapped"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("data.packing")
        .hasMessageContaining("wrapped");
    assertThatThrownBy(
            () ->
                train(
                    "run.name=follows-adapter",
                    "algorithm.syncReference={every: 2}",
                    "model.adapter.rank=2"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("algorithm.syncReference")
        .hasMessageContaining("adapter");
    assertThatThrownBy(() -> train("run.name=kto-alone", "algorithm.type=kto", "train.batchSize=1"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("train.batchSize")
        .hasMessageContaining("apo_zero_unpaired");
  }
}
