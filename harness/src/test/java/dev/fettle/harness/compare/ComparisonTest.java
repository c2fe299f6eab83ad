package dev.fettle.harness.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.model.NewModel.Family;
import dev.fettle.harness.model.NewModel.Sizes;
import dev.fettle.harness.model.NewModel.TrainedTokens;
import dev.fettle.harness.run.Terminal;
import dev.fettle.settings.ConfigException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole comparisons, each run in a process of its own, of a tiny model on the reference backend.
 */
class ComparisonTest {
  @TempDir private static Path dir;

  @BeforeAll
  static void makeModel() throws IOException {
    Files.writeString(
        dir.resolve("rows.jsonl"),
        "{\"prompt\": \"What is one and two?\", \"completion\": \" It is three.\"}\n".repeat(8));
    Path text = Files.writeString(dir.resolve("text.txt"), "What is one? It is. ".repeat(20));
    Fettle.initModel(
        new NewModel(
            Family.GPT2,
            new Sizes(1, 8, 2, 2, 16, 64, true),
            new TrainedTokens(List.of(text), 270, List.of()),
            5),
        dir.resolve("model"));
  }

  private static RunConfig.Builder config(String name) {
    return RunConfig.builder()
        .set("run.name", name)
        .set("run.out", dir)
        .set("backend.id", "reference")
        .set("backend.threads", 1)
        .set("model.path", dir.resolve("model"))
        .set("data.train", dir.resolve("rows.jsonl"))
        .set("data.maxLength", 48)
        .set("optimizer.learningRate", 1e-2)
        .set("train.steps", 3)
        .set("train.batchSize", 2);
  }

  @Test
  void aBackendAgreesWithItself() {
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    Terminal terminal = Terminal.lines(new PrintStream(shown, true, StandardCharsets.UTF_8));
    RunConfig config = config("same").build();
    List<String> twice = List.of("reference", "reference");
    ComparisonReport report = Comparison.run(config, twice, new Tolerance(0, 0), terminal);
    assertThat(report.runs())
        .allSatisfy(r -> assertThat(r.failure()).isNull())
        .allSatisfy(r -> assertThat(r.steps()).hasSize(3));
    assertThat(report.agreed()).isTrue();
    assertThat(report.runs().get(1).label()).isEqualTo("reference-2");
    assertThat(report.directory()).isEqualTo(dir.resolve("same-compare"));
    assertThat(report.json()).isNotEmptyFile();
    assertThat(report.html()).isNotEmptyFile();
    assertThat(report.directory().resolve("reference/metrics.jsonl")).isNotEmptyFile();
    assertThat(report.directory().resolve("reference/final")).doesNotExist();
    assertThat(shown.toString(StandardCharsets.UTF_8))
        .contains("reference-2 (2 of 2)", "step 3/3  loss ");
  }

  @Test
  void tellsRunsThatDivergeAndRunsThatFail() {
    RunConfig base = config("apart").build();
    List<Contender> contenders =
        List.of(
            new Contender("plain", base),
            new Contender("gpu", base.toBuilder().set("backend.device", "gpu:0").build()),
            new Contender("decayed", base.toBuilder().set("optimizer.weightDecay", 20.0).build()));
    ComparisonReport report =
        Comparison.runAll(base, contenders, Tolerance.DEFAULT, Terminal.none());
    assertThat(report.failures()).singleElement().extracting(RunTrace::label).isEqualTo("gpu");
    assertThat(report.runs().get(1).failure())
        .isNotNull()
        .returns(true, RunFailure::userError)
        .extracting(RunFailure::message)
        .asString()
        .contains("gpu:0");
    PairDifference pair = report.pairs().get(0);
    assertThat(pair.mismatch()).isNull();
    assertThat(pair.withinTolerance()).isFalse();
    assertThat(pair.maxLossStep()).isGreaterThan(1);
  }

  @Test
  void refusesWhatItCannotCompare() throws IOException {
    RunConfig config = config("refused").build();
    assertThatThrownBy(
            () -> Comparison.run(config, List.of("reference"), Tolerance.DEFAULT, Terminal.none()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("two or more");
    List<String> unknown = List.of("reference", "torch");
    assertThatThrownBy(() -> Comparison.run(config, unknown, Tolerance.DEFAULT, Terminal.none()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("no backend 'torch' here; there is reference");
    Path taken = Files.createDirectories(dir.resolve("refused-compare"));
    Files.writeString(taken.resolve("thesis.txt"), "years of work");
    List<String> twice = List.of("reference", "reference");
    assertThatThrownBy(() -> Comparison.run(config, twice, Tolerance.DEFAULT, Terminal.none()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("holds something else");
    assertThat(taken.resolve("thesis.txt")).hasContent("years of work");
  }
}
