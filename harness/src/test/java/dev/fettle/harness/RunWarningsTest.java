package dev.fettle.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.encode.DropReason;
import dev.fettle.data.encode.LoadReport;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.run.RunWarnings;
import dev.fettle.harness.run.Terminal;
import dev.fettle.harness.run.TrainingReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user should know reaches him by log, terminal and report. */
class RunWarningsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path dir;
  private Tiny tiny;
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

  @BeforeEach
  void make() {
    tiny = Tiny.in(dir);
  }

  private TrainingReport train(RunConfig.Builder config) {
    Terminal terminal = Terminal.lines(new PrintStream(shown, true, StandardCharsets.UTF_8));
    RunOptions options = new RunOptions(terminal, Optional.empty(), () -> false);
    try (Fettle fettle = Fettle.open(config.set("train.steps", 1).build(), options)) {
      return fettle.train();
    }
  }

  private String terminal() {
    return shown.toString(StandardCharsets.UTF_8);
  }

  private static LoadReport rows(TrainingReport report) {
    return Objects.requireNonNull(report.rows().get("train"));
  }

  private static void edit(Path file, Consumer<ObjectNode> change) throws IOException {
    ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
    change.accept(json);
    Files.writeString(file, json.toString());
  }

  @Test
  void eachIsToldOnce() {
    Terminal terminal = Terminal.lines(new PrintStream(shown, true, StandardCharsets.UTF_8));
    RunWarnings warnings = new RunWarnings(terminal);
    warnings.addAll(List.of("a", "b"));
    warnings.add("a");
    assertThat(warnings.all()).containsExactly("a", "b");
    assertThat(terminal().lines()).containsExactly("warning: a", "warning: b");
  }

  @Test
  void nothingIsSaidOfAGoodRun() {
    TrainingReport report = train(tiny.config("good").set("data.eval", tiny.rows()));
    assertThat(report.warnings()).isEmpty();
    assertThat(terminal()).doesNotContain("warning");
    assertThat(report.rows()).containsOnlyKeys("train", "eval");
    LoadReport rows = rows(report);
    assertThat(rows.rows()).isEqualTo(12);
    assertThat(rows.kept()).isEqualTo(12);
    assertThat(rows.tokens()).isGreaterThan(rows.targets());
    assertThat(rows.dropped()).isEmpty();
  }

  @Test
  void manyRowsDroppedAreInTheReport() throws IOException {
    String tooLong =
        "{\"prompt\": \"" + "much too long ".repeat(30) + "\", \"completion\": \"x\"}\n";
    Files.writeString(tiny.rows(), tooLong.repeat(4), StandardOpenOption.APPEND);
    TrainingReport report = train(tiny.config("dropped"));
    LoadReport rows = rows(report);
    assertThat(rows.rows()).isEqualTo(16);
    assertThat(rows.droppedRows()).isEqualTo(4);
    assertThat(rows.dropped()).containsOnlyKeys(DropReason.NO_TARGET_AFTER_TRUNCATION);
    assertThat(report.warnings())
        .containsExactly(
            "train rows: 4 of 16 (25 %) are dropped: 4 no target after truncation (first: "
                + tiny.rows()
                + ":13); raise data.maxLength, or set data.truncation: keep_end");
    assertThat(terminal()).contains("warning: " + report.warnings().get(0));
  }

  @Test
  void whatIsFoundInRowsToEvaluateOnIsNotToldTwice() {
    Path ids = tiny.write("ids.jsonl", "{\"input_ids\": [5, 6, 7]}\n".repeat(4));
    TrainingReport report = train(tiny.config("ends").set("data.train", ids).set("data.eval", ids));
    assertThat(report.warnings())
        .singleElement()
        .asString()
        .startsWith("train rows: none has the end token ")
        .endsWith("the model will not learn when to stop");
    Path lost = tiny.write("lost.jsonl", "{\"text\": \"\"}\n{\"text\": \"a b\"}\n");
    assertThat(train(tiny.config("lost").set("data.eval", lost)).warnings())
        .singleElement()
        .asString()
        .startsWith("eval rows: 1 of 2 (50 %) are dropped");
  }

  @Test
  void rowsReadBackFromTheCacheAreToldAsWell() throws IOException {
    manyRowsDroppedAreInTheReport();
    try (Fettle fettle =
        Fettle.open(tiny.config("dropped").set("train.steps", 2).build(), RunOptions.quiet())) {
      TrainingReport again = fettle.resume();
      assertThat(again.warnings()).singleElement().asString().contains("4 of 16 (25 %)");
      assertThat(rows(again).droppedRows()).isEqualTo(4);
    }
  }

  @Test
  void dropoutThatIsNotAppliedIsToldOf() throws IOException {
    Path config = tiny.model().resolve("config.json");
    edit(config, json -> json.put("resid_pdrop", 0.25).put("embd_pdrop", 0));
    assertThat(train(tiny.config("dropout")).warnings())
        .containsExactly(
            config
                + " asks for dropout (resid_pdrop 0.25), which is not applied in training: a run in"
                + " transformers that applies it has other losses");
    // What transformers takes where the file of a GPT-2 does not say.
    edit(config, json -> json.remove(List.of("resid_pdrop", "embd_pdrop", "attn_pdrop")));
    assertThat(train(tiny.config("unsaid")).warnings())
        .singleElement()
        .asString()
        .contains("attn_pdrop 0.1, embd_pdrop 0.1, resid_pdrop 0.1");
  }

  @Test
  void anAdaptersDropoutIsToldOf() throws IOException {
    TrainingReport first = train(tiny.config("lora").set("model.adapter.rank", 2));
    assertThat(first.warnings()).isEmpty();
    Path adapter = first.model().orElseThrow().resolve("adapter_config.json");
    edit(adapter, json -> json.put("lora_dropout", 0.05));
    assertThat(
            train(tiny.config("more").set("model.adapter.path", first.model().orElseThrow()))
                .warnings())
        .singleElement()
        .asString()
        .startsWith(adapter + " asks for dropout (lora_dropout 0.05)");
  }
}
