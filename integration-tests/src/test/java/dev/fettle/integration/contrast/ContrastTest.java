package dev.fettle.integration.contrast;

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
import dev.fettle.harness.rows.RowsReport;
import dev.fettle.harness.rows.RowsRequest;
import dev.fettle.harness.rows.ShownSequence;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import dev.fettle.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An algorithm of an application's own, from YAML, on every backend. */
class ContrastTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path dir;

  @BeforeAll
  static void makeRun() throws IOException {
    String rows =
        IntStream.range(0, 24)
            .mapToObj(
                i ->
                    "{\"prompt\": \"What is %d and one?\", \"better\": \" It is %d.\", \"worse\": \" No idea %d.\"}\n"
                        .formatted(i, i + 1, i))
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
        dir.resolve("contrast.yaml"),
        """
        model: { path: model }
        algorithm:
          type: contrast
          beta: 1.5
        data: { train: rows.jsonl, eval: rows.jsonl, maxLength: 96 }
        optimizer: { learningRate: 1.0e-2 }
        train: { steps: 8, batchSize: 4 }
        """);
  }

  static List<String> backends() {
    return List.of("tensorflow", "onnxruntime", "reference");
  }

  private static RunConfig config(String... overrides) {
    return ConfigReader.read(dir.resolve("contrast.yaml"), List.of(overrides));
  }

  private static TrainingReport train(String... overrides) {
    try (Fettle fettle = Fettle.open(config(overrides), RunOptions.quiet())) {
      return fettle.train();
    }
  }

  private static List<JsonNode> metrics(TrainingReport report) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(report.directory().metrics())) {
      JsonNode row = JSON.readTree(line);
      if (row.has("loss")) {
        rows.add(row);
      }
    }
    return rows;
  }

  @ParameterizedTest
  @MethodSource("backends")
  void itTrains(String backend) throws IOException {
    TrainingReport report = train("backend.id=" + backend, "run.name=on-" + backend);
    List<JsonNode> steps = metrics(report);
    assertThat(steps).hasSize(8);
    double first = steps.get(0).get("loss").doubleValue();
    double last = steps.get(7).get("loss").doubleValue();
    assertThat(last).isLessThan(first / 2);
    assertThat(steps.get(7).get("won").doubleValue()).isEqualTo(1);
    assertThat(steps.get(7).get("largest_difference").doubleValue()).isPositive();
    assertThat(report.evaluation().get("eval_won")).isEqualTo(1);
    assertThat(report.model().orElseThrow()).isDirectory();
  }

  @Test
  void backendsAgree() throws IOException {
    List<JsonNode> one = metrics(train("backend.id=tensorflow", "run.name=agree-tf"));
    List<JsonNode> other = metrics(train("backend.id=onnxruntime", "run.name=agree-ort"));
    for (int step = 0; step < one.size(); step++) {
      assertThat(one.get(step).get("loss").doubleValue())
          .as("step %d", step + 1)
          .isCloseTo(other.get(step).get("loss").doubleValue(), within(1e-4));
    }
  }

  /** Means over pairs do not depend on how a step's rows are cut into micro-batches. */
  @Test
  void microBatchesChangeNothing() throws IOException {
    List<JsonNode> whole = metrics(train("backend.id=reference", "run.name=whole"));
    List<JsonNode> cut =
        metrics(train("backend.id=reference", "run.name=cut", "train.microBatchSize=1"));
    for (int step = 0; step < whole.size(); step++) {
      for (String metric : List.of("loss", "won", "largest_difference")) {
        assertThat(cut.get(step).get(metric).doubleValue())
            .as("%s at step %d", metric, step + 1)
            .isCloseTo(whole.get(step).get(metric).doubleValue(), within(2e-5));
      }
    }
  }

  /** Rows are shown before training whatever an algorithm makes of them. */
  @Test
  void bothAnswersOfAPairAreShown() {
    RowsReport report = Fettle.rows(config(), RowsRequest.showing(1));
    assertThat(report.train().rows().get(0).sequences())
        .extracting(ShownSequence::name)
        .containsExactly("better", "worse");
    assertThat(report.train().rows().get(0).sequences())
        .allSatisfy(s -> assertThat(s.targets()).isPositive());
  }

  @Test
  void itsKeysAreChecked() {
    assertThatThrownBy(() -> config("algorithm.betta=3"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("did you mean 'beta'");
    assertThatThrownBy(() -> config("algorithm.beta=-1"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("algorithm.beta");
    assertThatThrownBy(() -> config("algorithm.type=contrst"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("did you mean 'contrast'");
  }

  @Test
  void theRunsConfigNamesItsKeys() throws IOException {
    TrainingReport report = train("backend.id=reference", "run.name=named", "train.steps=1");
    assertThat(Files.readString(report.directory().config()))
        .contains("type: contrast", "beta: 1.5", "margin: 0.5");
  }
}
