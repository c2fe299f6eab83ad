package dev.fettle.data.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowSelectionTest {

  @TempDir Path directory;

  private static List<String> lines(int from, int to) {
    List<String> lines = new ArrayList<>();
    for (int i = from; i < to; i++) {
      lines.add("{\"text\":\"row " + i + "\"}");
    }
    return lines;
  }

  private Path write(String name, List<String> lines) throws IOException {
    Files.createDirectories(directory.resolve(name).getParent());
    return Files.write(directory.resolve(name), lines);
  }

  private static List<String> read(RowSelection selection) {
    List<String> rows = new ArrayList<>();
    new SelectedRows(selection)
        .forEachFile(
            (source, file, reader) -> {
              for (Optional<Row> row = reader.next(); row.isPresent(); row = reader.next()) {
                rows.add(row.get().fields().toString());
              }
              assertThat(reader.fraction()).isEqualTo(1.0);
            });
    return rows;
  }

  private static List<String> side(Path file, double fraction, boolean evaluation) {
    RowSelection all = RowSelection.of(List.of(file));
    return read(
        new RowSelection(
            all.sources(), Optional.of(new RowSplit(5, fraction, evaluation)), all.limits()));
  }

  @Test
  void aLimitCountsTheRowsOfASource() throws IOException {
    Path a = write("a.jsonl", lines(0, 10));
    Path b = write("b.jsonl", lines(10, 20));
    // Behind the limit nothing is opened.
    Path broken = write("c.jsonl", List.of("no json"));
    RowSelection.Source some = new RowSelection.Source(List.of(a, b, broken), OptionalLong.of(12));
    RowSelection.Source all = new RowSelection.Source(List.of(a), OptionalLong.empty());
    List<String> rows =
        read(new RowSelection(List.of(some, all), Optional.empty(), ReadLimits.DEFAULT));
    List<String> wanted = lines(0, 12);
    wanted.addAll(lines(0, 10));
    assertThat(rows).isEqualTo(wanted);
  }

  @Test
  void aSplitHasTheFractionAskedForAndNothingTwice() throws IOException {
    Path file = write("a.jsonl", lines(0, 1000));
    List<String> evaluation = side(file, 0.1, true);
    List<String> training = side(file, 0.1, false);
    assertThat(evaluation).hasSize(100);
    assertThat(training).hasSize(900).doesNotContainAnyElementsOf(evaluation);
    assertThat(side(write("few.jsonl", lines(0, 12)), 0.1, true)).hasSize(1);
    assertThat(side(write("two.jsonl", lines(0, 2)), 0.001, true)).hasSize(1);
    assertThat(side(write("two.jsonl", lines(0, 2)), 0.999, false)).hasSize(1);
  }

  @Test
  void aSplitDependsOnWhatRowsHoldAlone() throws IOException {
    List<String> lines = lines(0, 500);
    List<String> evaluation = side(write("a.jsonl", lines), 0.2, true);
    Collections.shuffle(lines, new Random(1));
    assertThat(side(write("other.jsonl", lines), 0.2, true))
        .containsExactlyInAnyOrderElementsOf(evaluation);
    lines.addAll(lines(500, 520));
    List<String> more = side(write("more.jsonl", lines), 0.2, true);
    assertThat(more.stream().filter(r -> !evaluation.contains(r)).count()).isLessThan(20);
    // Equal rows are on one side.
    List<String> twice = new ArrayList<>(lines);
    twice.addAll(lines);
    List<String> seen = side(write("twice.jsonl", twice), 0.2, true);
    assertThat(seen).allMatch(r -> Collections.frequency(seen, r) == 2);
  }

  @Test
  void rowsThatCannotBeDividedAreNamed() throws IOException {
    for (List<String> lines : List.of(lines(0, 1), List.of("{\"a\":1}", "{\"a\":1}"))) {
      Path file = write("a.jsonl", lines);
      assertThatThrownBy(() -> side(file, 0.5, true))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("cannot be divided by data.evalFraction");
    }
  }

  @Test
  void directoriesAndPatternsAreSortedFiles() throws IOException {
    for (String name :
        List.of(
            "d/b.jsonl",
            "d/a.json",
            "d/c.jsonl.gz",
            "d/x.txt",
            "d/.hidden.jsonl",
            "d/e/f.jsonl",
            "d/train-[1].jsonl")) {
      write(name, lines(0, 1));
    }
    assertThat(names("d")).containsExactly("a.json", "b.jsonl", "c.jsonl.gz", "train-[1].jsonl");
    assertThat(names("d/*")).containsExactly("a.json", "b.jsonl", "c.jsonl.gz", "train-[1].jsonl");
    assertThat(names("d/*.jsonl")).containsExactly("b.jsonl", "train-[1].jsonl");
    assertThat(names("d/[ab].*")).containsExactly("a.json", "b.jsonl");
    assertThat(names("d/{a,b}.json*")).containsExactly("a.json", "b.jsonl");
    assertThat(names("*/?.jsonl")).containsExactly("b.jsonl");
    assertThat(names("**/*.jsonl")).containsExactly("b.jsonl", "e/f.jsonl", "train-[1].jsonl");
    // A file of that very name is no pattern.
    assertThat(names("d/train-[1].jsonl")).containsExactly("train-[1].jsonl");
    assertThatThrownBy(() -> RowFiles.of(directory.resolve("d/*.parquet")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("d/*.parquet matches no file of rows");
    assertThatThrownBy(() -> RowFiles.of(directory.resolve("nowhere/*.jsonl")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("matches no file of rows");
    Files.createDirectories(directory.resolve("empty"));
    assertThatThrownBy(() -> RowFiles.of(directory.resolve("empty")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("has no file of rows");
    assertThatThrownBy(() -> RowFiles.of(directory.resolve("d/[.jsonl")))
        .isInstanceOf(DataException.class);
  }

  private List<String> names(String path) {
    return RowFiles.of(directory.resolve(path)).stream()
        .map(f -> directory.resolve("d").relativize(f).toString())
        .toList();
  }
}
