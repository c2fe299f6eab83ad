package dev.fettle.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.data.encode.DropReason;
import dev.fettle.data.read.DataException;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.rows.RowSet;
import dev.fettle.harness.rows.RowsReport;
import dev.fettle.harness.rows.RowsRequest;
import dev.fettle.harness.rows.ShownSequence;
import dev.fettle.harness.rows.ShownToken;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.TrainingReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows as they are before training, and those written down as what is trained on. */
class RowsInspectionTest {
  @TempDir private Path dir;
  private Tiny tiny;

  @BeforeEach
  void make() {
    tiny = Tiny.in(dir);
  }

  private static TrainingReport train(RunConfig config) {
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
      return fettle.train();
    }
  }

  private static List<String> losses(TrainingReport report) throws IOException {
    return Files.readAllLines(report.directory().metrics()).stream()
        .filter(l -> l.contains("learning_rate"))
        .map(l -> l.substring(0, l.indexOf(",\"learning_rate\"")))
        .toList();
  }

  private static String text(ShownSequence sequence, boolean targets) {
    return sequence.tokens().stream()
        .filter(t -> t.target() == targets)
        .map(ShownToken::text)
        .collect(Collectors.joining());
  }

  @Test
  void tokensAndTargetsAreShownWithoutABackend() throws IOException {
    // A backend that is not there is not missed.
    RunConfig config =
        tiny.config("look")
            .set("backend.id", "nowhere")
            .set("data.eval", Map.of("own", tiny.rows()))
            .build();
    RowsReport report = Fettle.rows(config, RowsRequest.showing(2));
    assertThat(report.sets()).extracting(RowSet::name).containsExactly("train", "eval_own");
    RowSet train = report.train();
    assertThat(train.examples()).isEqualTo(12);
    assertThat(train.rows()).hasSize(2);
    assertThat(train.rows().get(1).origin()).isEqualTo(tiny.rows() + ":2");
    ShownSequence sequence = train.rows().get(1).sequences().get(0);
    assertThat(sequence.name()).isEmpty();
    assertThat(text(sequence, false)).isEqualTo("What is 1 and 2?");
    assertThat(text(sequence, true)).startsWith(" It is 3.");
    assertThat(sequence.text()).startsWith("What is 1 and 2? It is 3.");
    assertThat(sequence.targets()).isPositive();
    long counted = train.lengths().bars().stream().mapToLong(b -> b.count()).sum();
    assertThat(counted).isEqualTo(12);
    assertThat(train.lengths().longest()).isBetween(train.lengths().bars().get(0).from(), 48);
    assertThat(report.warnings()).isEmpty();
    assertThat(dir.resolve("runs")).doesNotExist();
  }

  @Test
  void dropsAndWarningsAreTold() {
    Path rows =
        tiny.write(
            "short.jsonl",
            "{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"text\": \"\", \"prompt\": \"\", \"completion\": \"\"}\n");
    RowsReport report =
        Fettle.rows(tiny.config("drops").set("data.train", rows).build(), RowsRequest.showing(5));
    assertThat(report.train().report().dropped()).containsOnlyKeys(DropReason.EMPTY);
    assertThat(report.train().rows()).hasSize(1);
    assertThat(report.warnings()).singleElement().asString().contains("1 of 2 (50 %) are dropped");
  }

  @Test
  void aRunFromTheWrittenRowsHasTheSameLosses() throws IOException {
    Path written = dir.resolve("written.jsonl");
    RunConfig config = tiny.config("text").set("data.evalFraction", 0.2).build();
    RowsReport report = Fettle.rows(config, RowsRequest.showing(0).writingTo(written));
    List<String> lines = Files.readAllLines(written);
    assertThat(lines).hasSize((int) report.train().examples());
    assertThat(lines.get(0)).matches("\\{\"input_ids\":\\[[0-9,]+],\"loss_mask\":\\[0,[01,]+]}");
    TrainingReport text = train(config);
    RunConfig ids = tiny.config("ids").set("data.train", written).build();
    assertThat(losses(train(ids))).isEqualTo(losses(text));
  }

  @Test
  void sharesAndCutsAreInWhatIsWritten() throws IOException {
    Path written = dir.resolve("written.jsonl");
    Path few =
        tiny.write(
            "few.jsonl",
            "{\"prompt\": \"Who?\", \"completion\": \" Nobody at all, and for a long time\"}\n");
    RunConfig config =
        tiny.config("shares")
            .set("data.train", List.of(Map.of("path", few, "weight", 1), tiny.rows()))
            .set("data.maxLength", 12)
            .set("data.packing", "none")
            .build();
    RowsReport report = Fettle.rows(config, RowsRequest.showing(0).writingTo(written));
    assertThat(report.train().examples()).isEqualTo(2 * (report.train().report().kept() - 1));
    TrainingReport text = train(config);
    RunConfig ids = config.toBuilder().set("run.name", "ids").set("data.train", written).build();
    assertThat(losses(train(ids))).isEqualTo(losses(text));
  }

  @Test
  void pairsAreShownAndWrittenToo() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 6; i++) {
      lines.append(
          "{\"prompt\": \"What is %d?\", \"chosen\": \" It is %d.\", \"rejected\": \" Who knows\"}%n"
              .formatted(i, i));
    }
    Path rows = tiny.write("pairs.jsonl", lines.toString());
    Path written = dir.resolve("written.jsonl");
    RunConfig config =
        tiny.config("pairs").set("algorithm.type", "dpo").set("data.train", rows).build();
    RowsReport report = Fettle.rows(config, RowsRequest.showing(1).writingTo(written));
    List<ShownSequence> pair = report.train().rows().get(0).sequences();
    assertThat(pair).extracting(ShownSequence::name).containsExactly("chosen", "rejected");
    assertThat(text(pair.get(1), false)).isEqualTo("What is 0?");
    assertThat(text(pair.get(1), true)).startsWith(" Who knows");
    assertThat(Files.readAllLines(written))
        .hasSize(6)
        .first()
        .asString()
        .startsWith("{\"prompt_ids\":[");
    RunConfig ids = config.toBuilder().set("run.name", "ids").set("data.train", written).build();
    assertThat(losses(train(ids))).isEqualTo(losses(train(config)));
  }

  @Test
  void theWrittenRowsAreScoredAlike() {
    Path written = dir.resolve("written.jsonl");
    Fettle.rows(tiny.config("text").build(), RowsRequest.showing(0).writingTo(written));
    assertThat(Fettle.score(tiny.model(), Tiny.REFERENCE, written).rows())
        .usingRecursiveComparison()
        .isEqualTo(Fettle.score(tiny.model(), Tiny.REFERENCE, tiny.rows()).rows());
  }

  @Test
  void aPlaceThatCannotBeWrittenIsNamed() {
    RunConfig config = tiny.config("out").build();
    for (Path place : List.of(dir, dir.resolve("rows.txt"), dir.resolve("no/rows.jsonl"))) {
      assertThatThrownBy(() -> Fettle.rows(config, RowsRequest.showing(0).writingTo(place)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining(place.toString());
    }
  }
}
