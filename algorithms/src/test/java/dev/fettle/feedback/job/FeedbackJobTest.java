package dev.fettle.feedback.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.data.encode.Columns;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.DataFiles;
import dev.fettle.feedback.AiJudge;
import dev.fettle.feedback.Appraisal;
import dev.fettle.feedback.Choice;
import dev.fettle.feedback.Comparison;
import dev.fettle.feedback.Constitution;
import dev.fettle.feedback.Pacing;
import dev.fettle.feedback.Principle;
import dev.fettle.feedback.Rating;
import dev.fettle.feedback.Verdict;
import dev.fettle.feedback.job.LabelOptions.By;
import dev.fettle.feedback.job.LabelOptions.Compare;
import dev.fettle.feedback.job.LabelOptions.Decide;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeedbackJobTest {
  private static final Constitution RULES =
      Constitution.of(
          Principle.of("kind", "Say where it is unkind.", "Be kind."),
          Principle.of("short", "Say where it is long.", "Be short."));

  @TempDir private Path dir;

  /** A judge that follows a rule, and counts what it is asked. */
  private static final class Ruled implements AiJudge {
    private final Function<Comparison, Verdict> rule;
    private final Pacing pacing;
    private int asked;

    Ruled(Function<Comparison, Verdict> rule, Pacing pacing) {
      this.rule = rule;
      this.pacing = pacing;
    }

    @Override
    public Verdict compare(Comparison comparison) {
      asked++;
      return rule.apply(comparison);
    }

    @Override
    public Rating rate(Appraisal appraisal) {
      asked++;
      return Rating.of(appraisal.answer().length());
    }

    @Override
    public Pacing pacing() {
      return pacing;
    }
  }

  private static Ruled longer() {
    return new Ruled(
        c ->
            Verdict.of(
                c.first().length() == c.second().length()
                    ? Choice.TIE
                    : c.first().length() > c.second().length() ? Choice.FIRST : Choice.SECOND),
        Pacing.ONE_BY_ONE);
  }

  private Path rows(String... lines) throws IOException {
    return Files.write(dir.resolve("rows.jsonl"), List.of(lines));
  }

  private static FeedbackRows all(Path file) {
    return new FeedbackRows(List.of(file), Columns.asTheyAre(), OptionalLong.empty(), Wanted.ALL);
  }

  private static LabelOptions labels(boolean bothOrders, Decide decide, double gap) {
    return new LabelOptions(By.COMPARISON, bothOrders, decide, Compare.ALL, gap, true);
  }

  private FeedbackReport label(Path rows, AiJudge judge, LabelOptions options, String out) {
    return new FeedbackJob(all(rows), new Labelling(judge, RULES, 3, options), dir.resolve(out))
        .run(FeedbackWatch.NONE);
  }

  private List<JsonNode> read(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(DataFiles.JSON.readTree(line));
    }
    return lines;
  }

  @Test
  void pairsAreWrittenAsThePromptIs() throws IOException {
    Path rows =
        rows(
            "{\"prompt\":\"p\",\"answers\":[\"a\",\"bbb\"]}",
            "{\"prompt\":[{\"role\":\"user\",\"content\":\"p\"}],\"tools\":[],"
                + "\"chosen\":\"aa\",\"rejected\":[{\"role\":\"assistant\",\"content\":\"bbb\"}]}");
    FeedbackReport report = label(rows, longer(), LabelOptions.DEFAULT, "out");
    assertThat(report.counts().of(Count.PAIRS)).isEqualTo(2);
    assertThat(report.counts().of(Count.QUESTIONS)).isEqualTo(4);
    List<JsonNode> pairs = read(FeedbackJob.pairs(dir.resolve("out")));
    assertThat(pairs.get(0).toString())
        .startsWith("{\"prompt\":\"p\",\"chosen\":\"bbb\",\"rejected\":\"a\",\"principle\":\"");
    assertThat(pairs.get(1).toString())
        .startsWith(
            "{\"prompt\":[{\"role\":\"user\",\"content\":\"p\"}],"
                + "\"chosen\":[{\"role\":\"assistant\",\"content\":\"bbb\"}],"
                + "\"rejected\":[{\"role\":\"assistant\",\"content\":\"aa\"}],\"tools\":[]");
    List<JsonNode> log = read(FeedbackJob.log(dir.resolve("out")));
    assertThat(log).hasSize(6);
    assertThat(log.get(0).path("order").asText()).isEqualTo("given");
    assertThat(log.get(0).path("verdict").asText()).isEqualTo("second");
    assertThat(log.get(1).path("order").asText()).isEqualTo("swapped");
    assertThat(log.get(1).path("verdict").asText()).isEqualTo("first");
    assertThat(log.get(0).path("principle").asText()).isEqualTo(RULES.of(3, 0, 0).name());
  }

  /** Whatever the rows: a judge that looks at the place alone prefers nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"first", "second", "first 0.9", "second 0.7"})
  void aJudgeOfPlacesAloneGivesNoPair(String bias) throws IOException {
    Random random = new Random(bias.hashCode());
    List<String> lines = new ArrayList<>();
    int comparisons = 0;
    for (int i = 0; i < 50; i++) {
      int answers = 2 + random.nextInt(4);
      comparisons += answers * (answers - 1) / 2;
      List<String> texts = new ArrayList<>();
      for (int a = 0; a < answers; a++) {
        texts.add("\"answer " + random.nextInt() + " of " + a + "\"");
      }
      lines.add("{\"prompt\":\"p" + i + "\",\"answers\":" + texts + "}");
    }
    Path rows = rows(lines.toArray(String[]::new));
    double p = bias.contains(" ") ? Double.parseDouble(bias.split(" ", -1)[1]) : 1;
    double first = bias.startsWith("first") ? p : 1 - p;
    AiJudge judge = new Ruled(c -> Verdict.ofProbability(first), Pacing.ONE_BY_ONE);
    for (Decide decide : Decide.values()) {
      String out = "out-" + decide;
      FeedbackReport report = label(rows, judge, labels(true, decide, 0), out);
      assertThat(report.counts().of(Count.PAIRS)).isZero();
      assertThat(Files.readAllLines(FeedbackJob.pairs(dir.resolve(out)))).isEmpty();
      assertThat(read(FeedbackJob.undecided(dir.resolve(out)))).hasSize(comparisons);
      Count wanted = decide == Decide.AGREE ? Count.DISAGREEMENTS : Count.TIES;
      assertThat(report.counts().of(wanted)).isEqualTo(comparisons);
      Count twice = first > 0.5 ? Count.FIRST_TWICE : Count.SECOND_TWICE;
      assertThat(report.counts().of(twice)).isEqualTo(decide == Decide.AGREE ? comparisons : 0);
    }
    // In one order it does, which is what both orders are for.
    FeedbackReport one = label(rows, judge, labels(false, Decide.AGREE, 0), "one");
    assertThat(one.counts().of(Count.PAIRS)).isEqualTo(comparisons);
  }

  @Test
  void verdictsOfBothOrdersMakeOne() throws IOException {
    Path rows =
        rows(
            "{\"prompt\":\"FIRST FIRST\",\"answers\":[\"a\",\"b\"]}",
            "{\"prompt\":\"SECOND SECOND\",\"answers\":[\"a\",\"b\"]}",
            "{\"prompt\":\"TIE TIE\",\"answers\":[\"a\",\"b\"]}",
            "{\"prompt\":\"FIRST TIE\",\"answers\":[\"a\",\"b\"]}",
            "{\"prompt\":\"FIRST SECOND\",\"answers\":[\"a\",\"b\"]}",
            "{\"prompt\":\"FIRST UNDECIDED\",\"answers\":[\"a\",\"b\"]}",
            "{\"prompt\":\"same\",\"answers\":[\"a\",\" a \"]}");
    // The prompt says what is thought of both in each order, as if a stood first.
    AiJudge judge =
        new Ruled(
            c -> {
              String[] words = c.prompt().split(" ", -1);
              boolean given = c.first().equals("a");
              Choice choice = Choice.valueOf(words[given ? 0 : 1]);
              return Verdict.of(given ? choice : choice.swapped());
            },
            Pacing.ONE_BY_ONE);
    FeedbackReport agree = label(rows, judge, labels(true, Decide.AGREE, 0), "agree");
    assertThat(agree.counts().of(Count.PAIRS)).isEqualTo(2);
    assertThat(agree.counts().of(Count.TIES)).isEqualTo(1);
    assertThat(agree.counts().of(Count.DISAGREEMENTS)).isEqualTo(2);
    assertThat(agree.counts().of(Count.FIRST_TWICE)).isEqualTo(1);
    assertThat(agree.counts().of(Count.UNDECIDED)).isEqualTo(1);
    assertThat(agree.counts().of(Count.SAME)).isEqualTo(1);
    assertThat(read(FeedbackJob.pairs(dir.resolve("agree"))))
        .extracting(p -> p.path("chosen").asText())
        .containsExactly("a", "b");
    assertThat(read(FeedbackJob.undecided(dir.resolve("agree"))))
        .extracting(p -> p.path("why").asText())
        .containsExactly("tie", "disagreement", "disagreement", "undecided");
    // By the mean, first and tie together are three quarters for the first.
    FeedbackReport mean = label(rows, judge, labels(true, Decide.MEAN, 0.2), "mean");
    assertThat(mean.counts().of(Count.PAIRS)).isEqualTo(3);
    FeedbackReport gap = label(rows, judge, labels(true, Decide.MEAN, 0.25), "gap");
    assertThat(gap.counts().of(Count.PAIRS)).isEqualTo(2);
  }

  @Test
  void scoresAndNeighboursMakePairs() throws IOException {
    Path rows = rows("{\"prompt\":\"p\",\"answers\":[\"a\",\"bbb\",\"cccc\",\"d\",\"e\"]}");
    LabelOptions scores = new LabelOptions(By.SCORE, true, Decide.AGREE, Compare.ALL, 1, false);
    FeedbackReport report = label(rows, longer(), scores, "scores");
    // Differences of 2 and 3 are more than the gap, of 0 and 1 are not.
    assertThat(report.counts().of(Count.PAIRS)).isEqualTo(6);
    assertThat(report.counts().of(Count.TIES)).isEqualTo(4);
    assertThat(report.counts().of(Count.QUESTIONS)).isEqualTo(5);
    LabelOptions neighbours =
        new LabelOptions(By.COMPARISON, true, Decide.AGREE, Compare.NEIGHBOURS, 0, false);
    FeedbackReport two = label(rows, longer(), neighbours, "two");
    assertThat(two.counts().of(Count.QUESTIONS)).isEqualTo(4);
    assertThat(read(FeedbackJob.pairs(dir.resolve("two"))))
        .extracting(p -> p.path("chosen").asText() + ">" + p.path("rejected").asText())
        .containsExactly("bbb>a", "cccc>d");
  }

  private static String text(int row) {
    return "{\"prompt\":\"p" + row + "\",\"answers\":[\"" + "a".repeat(1 + row % 3) + "\",\"bb\"]}";
  }

  /** Cut at any byte, as a kill may leave the log, it ends with the same files. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatAKillLeavesIsGoneOnWith(boolean company) throws IOException {
    Path rows = rows(IntStream.range(0, 7).mapToObj(FeedbackJobTest::text).toArray(String[]::new));
    Pacing pacing = new Pacing(4, company);
    Ruled straight = new Ruled(longer().rule, pacing);
    label(rows, straight, LabelOptions.DEFAULT, "straight");
    byte[] log = Files.readAllBytes(FeedbackJob.log(dir.resolve("straight")));
    byte[] pairs = Files.readAllBytes(FeedbackJob.pairs(dir.resolve("straight")));
    assertThat(straight.asked).isEqualTo(14);
    Path out = dir.resolve("killed");
    for (int cut = 0; cut <= log.length; cut += 41) {
      Files.createDirectories(out);
      Files.copy(
          dir.resolve("straight/log.jsonl.origin.json"),
          out.resolve("log.jsonl.origin.json"),
          StandardCopyOption.REPLACE_EXISTING);
      Files.write(FeedbackJob.log(out), Arrays.copyOf(log, cut));
      Files.deleteIfExists(FeedbackJob.pairs(out));
      Ruled again = new Ruled(longer().rule, pacing);
      FeedbackReport report = label(rows, again, LabelOptions.DEFAULT, "killed");
      assertThat(Files.readAllBytes(FeedbackJob.log(out))).as("cut at %d", cut).isEqualTo(log);
      assertThat(Files.readAllBytes(FeedbackJob.pairs(out))).as("cut at %d", cut).isEqualTo(pairs);
      assertThat(report.counts().of(Count.QUESTIONS)).isEqualTo(14);
      if (!company) {
        // Nothing that is whole is paid for twice.
        assertThat(again.asked).isEqualTo(14 - 2 * (int) report.before());
      }
    }
  }

  @Test
  void aRequestToStopLeavesWhatIsWhole() throws IOException {
    Path rows = rows(text(0), text(1), text(2));
    Ruled judge = longer();
    Labelling work = new Labelling(judge, RULES, 3, LabelOptions.DEFAULT);
    FeedbackWatch stops =
        new FeedbackWatch() {
          @Override
          public boolean stopRequested() {
            return judge.asked >= 2;
          }
        };
    Path out = dir.resolve("out");
    FeedbackReport first = new FeedbackJob(all(rows), work, out).run(stops);
    assertThat(first.whole()).isFalse();
    assertThat(first.done()).isEqualTo(1);
    assertThat(FeedbackJob.pairs(out)).doesNotExist();
    FeedbackReport second = new FeedbackJob(all(rows), work, out).run(FeedbackWatch.NONE);
    assertThat(second.whole()).isTrue();
    assertThat(second.before()).isEqualTo(1);
    assertThat(judge.asked).isEqualTo(6);
    FeedbackReport third = new FeedbackJob(all(rows), work, out).run(FeedbackWatch.NONE);
    assertThat(third.before()).isEqualTo(3);
    assertThat(judge.asked).isEqualTo(6);
  }

  /** A call that is broken off within the judge is a stop if one was asked for, else an error. */
  @Test
  void aCancelledCallIsAStopOnlyWhereOneWasAskedFor() throws IOException {
    Path rows = rows(text(0));
    AiJudge cancelled =
        new Ruled(
            c -> {
              throw new CancellationException("broken off");
            },
            Pacing.ONE_BY_ONE);
    boolean[] stop = new boolean[1];
    FeedbackWatch watch =
        new FeedbackWatch() {
          @Override
          public boolean stopRequested() {
            boolean now = stop[0];
            stop[0] = true;
            return now;
          }
        };
    FeedbackJob job =
        new FeedbackJob(
            all(rows), new Labelling(cancelled, RULES, 3, LabelOptions.DEFAULT), dir.resolve("o"));
    assertThatThrownBy(() -> job.run(FeedbackWatch.NONE)).isInstanceOf(CancellationException.class);
    assertThat(job.run(watch).whole()).isFalse();
  }

  @Test
  void aDirectoryOfAnotherJobIsRefused() throws IOException {
    Path rows = rows(text(0), text(1));
    label(rows, longer(), LabelOptions.DEFAULT, "out");
    assertThatThrownBy(() -> label(rows, longer(), labels(false, Decide.AGREE, 0), "out"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("log.jsonl was begun otherwise: labels");
    Files.writeString(rows, text(5) + "\n");
    assertThatThrownBy(() -> label(rows, longer(), LabelOptions.DEFAULT, "out"))
        .hasMessageContaining("another set of rows");
    Files.writeString(dir.resolve("file"), "x");
    assertThatThrownBy(() -> label(rows, longer(), LabelOptions.DEFAULT, "file"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("cannot be written");
  }

  @Test
  void brokenRowsAreToldBeforeAnythingIsAsked() throws IOException {
    Ruled judge = longer();
    for (String bad :
        List.of(
            "{\"prompt\":\"p\"}",
            "{\"prompt\":\"p\",\"answers\":[\"a\"]}",
            "{\"prompt\":\"p\",\"answers\":[\"a\",7]}",
            "{\"prompt\":\"\",\"answers\":[\"a\",\"b\"]}",
            "{\"answers\":[\"a\",\"b\"]}",
            "{\"prompt\":[{\"text\":\"p\"}],\"answers\":[\"a\",\"b\"]}",
            "{\"prompt\":\"p\",\"index\":0,\"sample\":0,\"completion\":\"a\"}",
            "{\"chosen\":\"same\",\"rejected\":\"same\"}")) {
      Path rows = rows(text(0), bad);
      assertThatThrownBy(() -> label(rows, judge, LabelOptions.DEFAULT, "out"))
          .as(bad)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("rows.jsonl:2 ");
    }
    assertThat(judge.asked).isZero();
    assertThat(dir.resolve("out")).doesNotExist();
  }

  @Test
  void rowsOfManyKindsAreRead() throws IOException {
    Path file =
        rows(
            "{\"prompt\":\"p0\",\"index\":4,\"sample\":0,\"completion\":\"a\"}",
            "{\"prompt\":\"p0\",\"index\":4,\"sample\":1,\"completion\":\"b\"}",
            "{\"prompt\":\"p1\",\"index\":5,\"sample\":0,\"completion\":\"c\"}",
            "{\"prompt\":\"p1\",\"index\":5,\"sample\":1,\"completion\":\"d\"}",
            "{\"prompt\":\"p1\",\"index\":5,\"sample\":2,\"completion\":\"e\"}",
            "{\"question\":\"p2\",\"index\":6,\"sample\":1,\"completion\":\"g\","
                + "\"candidates\":[{\"completion\":\"f\"},{\"completion\":\"g\"}]}",
            "{\"history\":\"p3\",\"human_ref_A\":\"h\",\"human_ref_B\":\"i\",\"labels\":1}",
            "{\"chosen\":\"\\n\\nHuman: p4\\n\\nAssistant: j\","
                + "\"rejected\":\"\\n\\nHuman: p4\\n\\nAssistant: k\"}");
    List<FeedbackRow> rows = new ArrayList<>();
    all(file).forEach(rows::add);
    assertThat(rows).extracting(FeedbackRow::number).containsExactly(0L, 1L, 2L, 3L, 4L);
    assertThat(rows)
        .extracting(r -> String.join("", r.answers()).replaceAll("[^a-z]", ""))
        .containsExactly("ab", "cde", "fg", "hi", "jk");
    assertThat(rows.get(4).text()).contains("p4");
    List<FeedbackRow> some = new ArrayList<>();
    new FeedbackRows(List.of(file), Columns.asTheyAre(), OptionalLong.of(2), Wanted.ALL)
        .forEach(some::add);
    assertThat(some).hasSize(2);
  }

  @Test
  void probabilitiesStandInTheLog() throws IOException {
    AiJudge judge = new Ruled(c -> Verdict.ofProbability(0.25), Pacing.ONE_BY_ONE);
    label(rows(text(0)), judge, labels(false, Decide.AGREE, 0), "out");
    JsonNode line = read(FeedbackJob.log(dir.resolve("out"))).get(0);
    assertThat(line.path("probability").asDouble()).isEqualTo(0.25);
    assertThat(Verdict.ofProbability(0.25).swapped().probability()).hasValue(0.75);
  }
}
