package dev.fettle.harness.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.data.Example;
import dev.fettle.data.encode.LossOn;
import dev.fettle.data.encode.TextRows;
import dev.fettle.data.read.DataException;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.Tiny;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.model.ModelFiles;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.model.NewModel.Family;
import dev.fettle.harness.model.NewModel.Sizes;
import dev.fettle.harness.model.NewModel.TrainedTokens;
import dev.fettle.harness.run.RowLoading;
import dev.fettle.harness.wiring.BackendModule;
import dev.fettle.harness.wiring.ModelModule;
import dev.fettle.harness.wiring.Wiring;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scoring in windows. */
class RowScoringTest {
  private static final int WINDOW = 100;
  private static final int ROWS = 150;

  @TempDir private Path dir;
  private Tiny tiny;

  @BeforeEach
  void make() {
    tiny = Tiny.in(dir);
  }

  /** A row of so many tokens; the number gives the tokens. */
  private static String row(int number, int length) {
    String ids =
        IntStream.range(0, length)
            .mapToObj(i -> Integer.toString((31 * number + 7 * i) % 270))
            .collect(Collectors.joining(", "));
    return "{\"input_ids\": [" + ids + "]}\n";
  }

  /** Rows of two to thirty tokens, and every tenth without a target. */
  private static String rows() {
    return IntStream.range(0, ROWS)
        .mapToObj(n -> row(n, n % 10 == 9 ? 1 : 2 + n * 13 % 29))
        .collect(Collectors.joining());
  }

  private ScoreSummary score(Path rows, CompileOptions compile, Consumer<RowScore> listener) {
    try (Wiring wiring =
        new Wiring(
            List.of(
                new BackendModule(Tiny.REFERENCE, Optional.empty()),
                new ModelModule(ModelSettings.of(tiny.model()), 0)))) {
      ModelFiles files = wiring.get(ModelFiles.class);
      int length = files.model().shape().maxPositions();
      RowLoading loading = new RowLoading(DataSettings.of(rows), files, RowLoading.Means.quiet());
      try (EncodedRows<Example> encoded =
              new EncodedRows<>(
                  loading.all(),
                  new TextRows(files.tokenizer(), LossOn.AUTO),
                  loading.encoding(length));
          Scorer scorer =
              new Scorer(
                  wiring.get(Policy.class),
                  length,
                  new ProgramCache(wiring.get(Backend.class), compile))) {
        return new RowScoring(encoded, scorer, WINDOW).run(listener);
      }
    }
  }

  @Test
  void manyWindowsScoreAsOne() {
    Path rows = tiny.write("many.jsonl", rows());
    List<RowScore> windows = new ArrayList<>();
    ScoreSummary summary = score(rows, CompileOptions.DEFAULT, windows::add);
    ScoreReport whole = Fettle.score(tiny.model(), Tiny.REFERENCE, rows);
    assertThat(windows).hasSize(ROWS);
    for (int i = 0; i < ROWS; i++) {
      assertThat(windows.get(i).logprobs())
          .as("row %d", i)
          .containsExactly(whole.rows().get(i).logprobs(), within(1e-5f));
    }
    assertThat(summary.rows()).isEqualTo(ROWS);
    assertThat(summary.tokens()).isEqualTo(whole.tokens());
    assertThat(summary.meanLoss()).isCloseTo(whole.meanLoss(), within(1e-6));
    assertThat(summary.perplexity()).isCloseTo(whole.perplexity(), within(1e-3));
  }

  @Test
  void rowsAreGivenOutBeforeTheNextAreRead() {
    Path rows = tiny.write("broken.jsonl", rows() + "nonsense\n");
    List<RowScore> given = new ArrayList<>();
    assertThatThrownBy(() -> score(rows, CompileOptions.DEFAULT, given::add))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(rows + ":" + (ROWS + 1) + " is not valid JSON");
    assertThat(given).hasSizeGreaterThan(ROWS - WINDOW / 2).hasSizeLessThanOrEqualTo(ROWS);
  }

  @Test
  void rowsThatTrainingWouldDropAreHeldNoLonger() {
    Path rows = tiny.write("dropped.jsonl", row(1, 1).repeat(40) + row(2, 3) + "nonsense\n");
    List<RowScore> given = new ArrayList<>();
    assertThatThrownBy(() -> score(rows, CompileOptions.DEFAULT, given::add))
        .isInstanceOf(DataException.class);
    assertThat(given).hasSizeGreaterThan(30).allMatch(s -> s.numTokens() == 0);
  }

  @Test
  void windowsOfOtherLengthsShareProgramsOnTheWay() throws IOException {
    Path text = dir.resolve("text.txt");
    tiny = new Tiny(Files.createDirectory(dir.resolve("long")));
    Fettle.initModel(
        new NewModel(
            Family.GPT2,
            new Sizes(1, 16, 2, 2, 32, 1024, true),
            new TrainedTokens(List.of(text), 280, List.of()),
            5),
        tiny.model());
    // Each longer than a window.
    String each =
        IntStream.iterate(260, n -> n <= 512, n -> n + 12)
            .mapToObj(n -> row(n, n))
            .collect(Collectors.joining());
    Path dump = dir.resolve("dump");
    ScoreSummary summary =
        score(
            tiny.write("rows.jsonl", each),
            CompileOptions.DEFAULT.dumpingTo(dump),
            score -> assertThat(score.numTokens()).isPositive());
    assertThat(summary.rows()).isEqualTo(22);
    try (Stream<Path> programs = Files.list(dump)) {
      assertThat(programs.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "score_1x320_320.txt",
              "score_1x384_384.txt",
              "score_1x448_448.txt",
              "score_1x512_512.txt");
    }
  }

  @Test
  void theFileIsThatOfTheReport() throws IOException {
    Path rows = tiny.write("many.jsonl", rows());
    try (LoadedModel model = LoadedModel.open(tiny.model(), Tiny.REFERENCE)) {
      DataSettings data = DataSettings.of(rows);
      ScoreReport report = model.score(data, LossOn.AUTO);
      ScoreSummary summary = model.score(data, LossOn.AUTO, dir.resolve("streamed.jsonl"));
      report.write(dir.resolve("held.jsonl"));
      assertThat(Files.readAllLines(dir.resolve("streamed.jsonl"))).hasSize(ROWS);
      assertThat(dir.resolve("streamed.jsonl")).hasSameTextualContentAs(dir.resolve("held.jsonl"));
      assertThat(report.summary().rows()).isEqualTo(summary.rows());
      assertThat(report.summary().meanLoss()).isCloseTo(summary.meanLoss(), within(1e-9));
    }
  }

  @Test
  void aFileWithoutRowsIsAnError() {
    Path rows = tiny.write("blank.jsonl", "\n\n");
    Path out = dir.resolve("out.jsonl");
    try (LoadedModel model = LoadedModel.open(tiny.model(), Tiny.REFERENCE)) {
      DataSettings data = DataSettings.of(rows);
      assertThatThrownBy(() -> model.score(data, LossOn.AUTO, out))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("has no rows");
    }
    assertThat(out).doesNotExist();
  }
}
