package dev.fettle.feedback.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.feedback.Asked;
import dev.fettle.feedback.Asking;
import dev.fettle.feedback.Constitution;
import dev.fettle.feedback.JudgePrompts;
import dev.fettle.feedback.Pacing;
import dev.fettle.feedback.Principle;
import dev.fettle.feedback.Question;
import dev.fettle.feedback.Reply;
import dev.fettle.feedback.Respondent;
import dev.fettle.sample.Origin;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Revises answers: a critique by a principle, a new answer that heeds it, and so on for some
 * rounds. The last revision is the better answer, the first one the worse.
 *
 * @param writer that criticises and revises
 * @param constitution it does so by
 * @param seed by which principles are drawn
 */
public record Revising(
    Respondent writer, Constitution constitution, long seed, ReviseOptions options)
    implements RowWork {

  /** What a model may put before the text that was asked for. */
  private static final Pattern LEAD =
      Pattern.compile(
          "(?i)^\\W*(?:new answer|revised answer|revision|criticism|critique|answer)\\W*:\\W*?(?=\\S)");

  /** Where a model thinks aloud before it answers. */
  private static final String END_OF_THOUGHT = "</think>";

  private static final class Work {
    private final FeedbackRow row;
    private final LogLines log;
    private String answer;
    private @Nullable String critique;

    Work(FeedbackRow row) {
      this.row = row;
      this.log = new LogLines(row.number());
      this.answer = row.answers().get(0);
    }
  }

  @Override
  public List<List<ObjectNode>> of(List<FeedbackRow> rows) {
    List<Work> works = rows.stream().map(Work::new).toList();
    for (int r = 0; r < options.rounds(); r++) {
      int round = r;
      ask(
          works,
          new Stage("critique", round),
          w -> JudgePrompts.critique(w.row.text(), w.answer, principle(w, round)),
          (w, text) -> w.critique = text.orElse(null));
      List<Work> criticised = works.stream().filter(w -> w.critique != null).toList();
      ask(
          criticised,
          new Stage("revision", round),
          w ->
              JudgePrompts.revision(
                  w.row.text(), w.answer, String.valueOf(w.critique), principle(w, round)),
          (w, text) -> text.ifPresent(t -> w.answer = t));
    }
    return works.stream().map(this::outcome).toList();
  }

  private Principle principle(Work work, int round) {
    return constitution.of(seed, work.row.number(), round);
  }

  private record Stage(String kind, int round) {}

  private interface Taking {
    void take(Work work, Optional<String> text);
  }

  private void ask(
      List<Work> works, Stage stage, Function<Work, Question> question, Taking taking) {
    List<Question> questions = works.stream().map(question).toList();
    List<Asking.Answered<String>> answers =
        new Asking(writer, options.attempts())
            .all(questions, (number, reply) -> text(reply), answered -> answered);
    for (int i = 0; i < works.size(); i++) {
      Work work = works.get(i);
      Optional<String> text = answers.get(i).value();
      log(work, stage, answers.get(i).asked(), text);
      taking.take(work, text);
    }
  }

  private void log(Work work, Stage stage, Asked asked, Optional<String> text) {
    ObjectNode line = work.log.add(stage.kind());
    line.put("round", stage.round() + 1);
    line.put("principle", principle(work, stage.round()).name());
    work.log.asked(line, asked);
    text.ifPresentOrElse(t -> line.put("text", t), () -> work.log.counts().add(Count.UNDECIDED, 1));
  }

  private static Optional<String> text(Reply reply) {
    String text = reply.text();
    int thought = text.lastIndexOf(END_OF_THOUGHT);
    String said = thought < 0 ? text : text.substring(thought + END_OF_THOUGHT.length());
    String bare = LEAD.matcher(said.strip()).replaceFirst("").strip();
    return bare.isEmpty() ? Optional.empty() : Optional.of(bare);
  }

  private List<ObjectNode> outcome(Work work) {
    String first = work.row.answers().get(0);
    if (work.answer.strip().equals(first.strip())) {
      work.log.counts().add(Count.UNCHANGED, 1);
    } else {
      ObjectNode pair = work.row.pair(work.answer, first);
      work.log.pair(pair);
      if (options.completions()) {
        work.log.completion(work.row.completed(work.answer));
      }
    }
    return work.log.end();
  }

  @Override
  public int questions(FeedbackRow row) {
    return 1;
  }

  @Override
  public Pacing pacing() {
    return writer.pacing();
  }

  @Override
  public Origin origin() {
    return Origin.none()
        .with("writer", writer.identity())
        .with("constitution", constitution.key())
        .with("seed", seed)
        .with("revisions", options);
  }
}
