package dev.fettle.feedback.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fettle.data.encode.Columns;
import dev.fettle.data.read.DataException;
import dev.fettle.data.read.DataFiles;
import dev.fettle.feedback.Constitution;
import dev.fettle.feedback.Constitution.Draw;
import dev.fettle.feedback.Played;
import dev.fettle.feedback.Principle;
import dev.fettle.feedback.Reply;
import dev.fettle.feedback.Scale;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevisingTest {
  private static final Constitution RULES =
      new Constitution(
          "rules",
          Draw.IN_TURN,
          Scale.TEN,
          List.of(
              Principle.of("kind", "Say where it is unkind.", "Make it kind."),
              Principle.of("short", "Say where it is long.", "Make it short.")));

  @TempDir private Path dir;

  private FeedbackReport revise(Played writer, ReviseOptions options, String... lines)
      throws IOException {
    Path rows = Files.write(dir.resolve("rows.jsonl"), List.of(lines));
    return new FeedbackJob(
            new FeedbackRows(List.of(rows), Columns.asTheyAre(), OptionalLong.empty(), Wanted.ONE),
            new Revising(writer, RULES, 3, options),
            dir.resolve("out"))
        .run(FeedbackWatch.NONE);
  }

  private List<JsonNode> read(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(DataFiles.JSON.readTree(line));
    }
    return lines;
  }

  /** Says what it read, so that the course of an answer can be followed. */
  private static Played echo() {
    return Played.text(
        q -> {
          String text = q.messages().get(0).content();
          String answer = text.replaceAll("(?s).*\\[Answer\\]\n(.*)\n\\[End of: Answer\\].*", "$1");
          return text.contains("[Criticism]") ? "New answer: " + answer + "+" : "bad: " + answer;
        });
  }

  @Test
  void roundsOfCritiqueAndRevisionMakeAPair() throws IOException {
    Played writer = echo();
    FeedbackReport report =
        revise(
            writer,
            new ReviseOptions(2, 3, true),
            "{\"prompt\":\"p\",\"completion\":\"first\"}",
            "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},"
                + "{\"role\":\"assistant\",\"content\":\"one\"}]}");
    assertThat(report.counts().of(Count.PAIRS)).isEqualTo(2);
    assertThat(report.counts().of(Count.QUESTIONS)).isEqualTo(8);
    assertThat(Files.readString(FeedbackJob.pairs(dir.resolve("out"))))
        .isEqualTo(
            """
            {"prompt":"p","chosen":"first++","rejected":"first"}
            {"prompt":[{"role":"user","content":"q"}],"chosen":[{"role":"assistant","content":"one++"}],"rejected":[{"role":"assistant","content":"one"}]}
            """);
    assertThat(Files.readString(FeedbackJob.completions(dir.resolve("out"))))
        .isEqualTo(
            """
            {"prompt":"p","completion":"first++"}
            {"prompt":[{"role":"user","content":"q"}],"completion":[{"role":"assistant","content":"one++"}]}
            """);
    List<JsonNode> log = read(FeedbackJob.log(dir.resolve("out")));
    assertThat(log.subList(0, 5))
        .extracting(l -> l.path("kind").asText() + " " + l.path("principle").asText())
        .containsExactly(
            "critique kind", "revision kind", "critique short", "revision short", "outcome ");
    assertThat(log.get(1).path("text").asText()).isEqualTo("first+");
    assertThat(log.get(1).path("raw").asText()).isEqualTo("New answer: first+");
    // The second round criticises what the first made, and the revision sees the critique.
    assertThat(writer.asked().get(2).messages().get(0).content())
        .contains("[Answer]\nfirst+\n")
        .contains("Say where it is long.");
    assertThat(writer.asked().get(3).messages().get(0).content())
        .contains("[Criticism]\nbad: first+\n", "Make it short.");
  }

  @Test
  void anAnswerThatDoesNotChangeMakesNoPair() throws IOException {
    FeedbackReport report =
        revise(
            Played.text(q -> " as it was \n"),
            new ReviseOptions(1, 1, true),
            "{\"prompt\":\"p\",\"completion\":\"as it was\"}");
    assertThat(report.counts().of(Count.UNCHANGED)).isEqualTo(1);
    assertThat(FeedbackJob.pairs(dir.resolve("out"))).isEmptyFile();
    assertThat(FeedbackJob.completions(dir.resolve("out"))).doesNotExist();
  }

  /** What is missing of a round leaves the answer as the round found it. */
  @Test
  void aRoundWithoutWordsIsLeftOut() throws IOException {
    Played writer =
        Played.reply(
            q -> {
              String text = q.messages().get(0).content();
              if (text.contains("Say where it is long.")) {
                return Reply.of("<think>hm</think>  ", Played.effort());
              }
              return text.contains("[Criticism]") && q.attempt() == 0
                  ? Reply.faulty("a refusal: no", Played.effort())
                  : Reply.of("<think>so</think>better", Played.effort());
            });
    FeedbackReport report =
        revise(writer, new ReviseOptions(2, 2, false), "{\"prompt\":\"p\",\"completion\":\"x\"}");
    assertThat(Files.readString(FeedbackJob.pairs(dir.resolve("out"))))
        .contains("\"chosen\":\"better\",\"rejected\":\"x\"");
    assertThat(report.counts().of(Count.UNDECIDED)).isEqualTo(1);
    assertThat(report.counts().of(Count.MALFORMED)).isEqualTo(3);
  }

  @Test
  void aRowWithoutAnAnswerIsRefused() {
    for (String bad :
        List.of(
            "{\"prompt\":\"p\"}",
            "{\"completion\":\"c\"}",
            "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}]}",
            "{\"prompt\":\"p\",\"completion\":[1,2]}")) {
      assertThatThrownBy(() -> revise(echo(), ReviseOptions.DEFAULT, bad))
          .as(bad)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("rows.jsonl:1 ");
    }
  }

  @Test
  void instructionsArePromptsToo() throws IOException {
    revise(
        echo(),
        new ReviseOptions(1, 1, false),
        "{\"instruction\":\"Greet me.\",\"output\":\"Hello.\"}");
    JsonNode pair = read(FeedbackJob.pairs(dir.resolve("out"))).get(0);
    assertThat(pair.path("prompt").asText()).contains("### Instruction:\nGreet me.");
    assertThat(pair.path("rejected").asText()).isEqualTo("Hello.");
  }
}
