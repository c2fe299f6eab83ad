package dev.fettle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.data.encode.LoadReport;
import dev.fettle.harness.rows.Lengths;
import dev.fettle.harness.rows.RowSet;
import dev.fettle.harness.rows.ShownRow;
import dev.fettle.harness.rows.ShownSequence;
import dev.fettle.harness.rows.ShownToken;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowsCommandTest {
  @TempDir private Path dir;
  private Path config;

  @BeforeEach
  void make() throws IOException {
    TinyModel.in(dir);
    Files.writeString(
        dir.resolve("rows.jsonl"),
        """
        {"question": "What?", "answer": " That."}
        {"question": "Who?", "answer": ""}
        {"question": "Where?", "answer": " There."}
        """);
    config =
        Files.writeString(
            dir.resolve("run.yaml"),
            "run: { name: x, out: %s }\nmodel: { path: %s }\ndata: { train: rows.jsonl }\n"
                .formatted(dir.resolve("runs"), dir.resolve("model")));
  }

  @Test
  void rowsAreShownWithTheirTargets() {
    Invocation run = Invocation.of("rows", config.toString());
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("train: 3 of 3 rows, ")
        .contains("lengths in tokens:", "####")
        .contains(dir.resolve("rows.jsonl") + ":1: ")
        .contains("What?\u27e6 That.")
        .contains("first target is token ")
        .doesNotContain("\u001b");
    Invocation one = Invocation.of("rows", config.toString(), "--limit", "1");
    assertThat(one.out()).contains("rows.jsonl:1: ").doesNotContain("rows.jsonl:2: ");
  }

  @Test
  void rowsAreWrittenAndTakenBack() {
    Path out = dir.resolve("out.jsonl");
    Invocation run =
        Invocation.of("rows", config.toString(), "--limit", "0", "--out", out.toString());
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("3 rows are written to " + out);
    Invocation again = Invocation.of("rows", config.toString(), "--set", "data.train=" + out);
    assertThat(again.out()).contains("What?\u27e6 That.");
    Invocation text =
        Invocation.of(
            "score",
            "--model",
            dir.resolve("model").toString(),
            "--backend",
            "reference",
            "--data",
            dir.resolve("rows.jsonl").toString());
    Invocation ids =
        Invocation.of(
            "score",
            "--model",
            dir.resolve("model").toString(),
            "--backend",
            "reference",
            "--data",
            out.toString());
    assertThat(ids.code()).as(ids.err()).isZero();
    assertThat(ids.out()).isEqualTo(text.out());
  }

  @Test
  void mistakesAreTold() {
    assertThat(Invocation.of("rows", config.toString(), "--limit", "-1").code()).isEqualTo(2);
    Invocation wrong = Invocation.of("rows", config.toString(), "--out", "rows.csv");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("let the name end in .jsonl");
    Invocation absent =
        Invocation.of("rows", config.toString(), "--set", "data.train=nowhere.jsonl");
    assertThat(absent.code()).isEqualTo(2);
    assertThat(absent.err()).contains("data.train: no file ");
  }

  @Test
  void strangersTextsDoNothingToATerminal() {
    List<ShownToken> tokens =
        List.of(
            new ShownToken(1, "a\u001b[2J\u202eb\n", false),
            new ShownToken(2, "c".repeat(2000), false),
            new ShownToken(3, "d\ne", true));
    RowSet set =
        new RowSet(
            "train",
            new LoadReport(1, 0, 3, 1, Map.of(), List.of(), List.of(1L)),
            1,
            new Lengths(List.of(new Lengths.Bar(2, 3, 1)), 3),
            List.of(new ShownRow("r:1", List.of(new ShownSequence("chosen", tokens)))));
    StringWriter plain = new StringWriter();
    new RowsPage(new PrintWriter(plain, true), false, false).print(set);
    assertThat(plain.toString())
        .contains(
            "r:1 chosen: 3 tokens, 1 targets", "a\\u001b[2J\\u202eb", "characters) ...", "\u27e6d")
        .doesNotContain("\u001b", "\u202e");
    StringWriter colour = new StringWriter();
    new RowsPage(new PrintWriter(colour, true), true, true).print(set);
    assertThat(colour.toString())
        .contains("\u001b[32md\u001b[0m", "\u001b[32me\u001b[0m", "c".repeat(2000))
        .doesNotContain("\u27e6");
  }
}
