package dev.fettle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fettle score}. */
class ScoreCommandTest {
  private static final String ROW = "{\"input_ids\": [5, 6, 7]}\n";

  @TempDir private Path dir;
  private Path model;
  private Path rows;
  private Path out;

  @BeforeEach
  void make() throws IOException {
    model = TinyModel.in(dir);
    rows = dir.resolve("rows.jsonl");
    out = dir.resolve("scores.jsonl");
  }

  private Invocation score(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("score", "--model=" + model, "--backend=reference", "--data=" + rows));
    args.addAll(List.of(more));
    return Invocation.of(args.toArray(String[]::new));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.map(f -> f.getFileName().toString()).toList();
    }
  }

  @Test
  void theSumsAreThoseOfTheLines() throws IOException {
    Files.writeString(rows, ROW.repeat(3) + "{\"input_ids\": [9, 8, 7, 6, 5]}\n");
    Invocation i = score("--out=" + out);
    assertThat(i.err()).isEmpty();
    assertThat(i.code()).isZero();
    assertThat(i.out()).startsWith("rows        4").containsPattern("tokens +10\\b");
    assertThat(Files.readAllLines(out))
        .hasSize(4)
        .startsWith(Files.readAllLines(out).get(1))
        .last()
        .asString()
        .startsWith("{\"num_tokens\":4,");
    assertThat(score().out()).isEqualTo(i.out());
  }

  @Test
  void aBrokenLineLeavesNothingBehind() throws IOException {
    Files.writeString(rows, ROW.repeat(5) + "{\"input_ids\": [5, \n" + ROW);
    List<String> before = names();
    Invocation i = score("--out=" + out);
    assertThat(i.err()).startsWith("fettle: " + rows + ":6 is not valid JSON");
    assertThat(i.err().lines()).hasSize(1);
    assertThat(i.code()).isEqualTo(2);
    assertThat(i.out()).isEmpty();
    assertThat(names()).hasSameElementsAs(before);
  }

  @Test
  void anEarlierFileOutlivesAFailure() throws IOException {
    Files.writeString(rows, ROW + "nonsense\n");
    Files.writeString(out, "earlier");
    assertThat(score("--out=" + out).code()).isEqualTo(2);
    assertThat(out).content().isEqualTo("earlier");
    Files.writeString(rows, ROW);
    assertThat(score("--out=" + out).code()).isZero();
    assertThat(out).content().startsWith("{\"num_tokens\":2,");
  }

  @Test
  void aPlaceThatCannotBeWrittenIsTold() throws IOException {
    Files.writeString(rows, ROW);
    Invocation absent = score("--out=" + dir.resolve("absent/scores.jsonl"));
    assertThat(absent.err()).contains("absent/scores.jsonl cannot be written");
    assertThat(absent.code()).isEqualTo(2);
    Invocation directory = score("--out=" + Files.createDirectory(dir.resolve("folder")));
    assertThat(directory.err()).contains("folder is a directory; name a file");
    assertThat(directory.code()).isEqualTo(2);
  }

  @Test
  void programsAreDumped() throws IOException {
    Files.writeString(rows, ROW);
    Path dump = dir.resolve("dump");
    assertThat(score("--dump-graphs=" + dump).err()).isEmpty();
    try (Stream<Path> files = Files.list(dump)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .isNotEmpty()
          .allMatch(n -> n.startsWith("score_1x64_") && n.endsWith(".txt"));
    }
    Invocation file = score("--dump-graphs=" + rows);
    assertThat(file.err()).startsWith("fettle: --dump-graphs: ").contains("is no directory");
    assertThat(file.code()).isEqualTo(2);
  }
}
