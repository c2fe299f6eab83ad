package dev.fettle.feedback;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A respondent that says what a test wants, and remembers what it was asked. */
public final class Played implements Respondent {
  private final Function<Question, Reply> replies;
  private final List<Question> asked = new ArrayList<>();

  private Played(Function<Question, Reply> replies) {
    this.replies = replies;
  }

  public static Reply.Effort effort() {
    return new Reply.Effort("0", 0, 1, new Usage(3, 2));
  }

  public static Played text(Function<Question, String> texts) {
    return new Played(q -> Reply.of(texts.apply(q), effort()));
  }

  public static Played likelihoods(Function<Question, Map<String, Double>> logProbs) {
    return new Played(q -> new Reply("", logProbs.apply(q), Optional.empty(), effort()));
  }

  public static Played reply(Function<Question, Reply> replies) {
    return new Played(replies);
  }

  public List<Question> asked() {
    return asked;
  }

  @Override
  public List<Reply> answer(List<Question> questions) {
    asked.addAll(questions);
    return questions.stream().map(replies).toList();
  }

  @Override
  public String identity() {
    return "played";
  }

  @Override
  public boolean varies() {
    return true;
  }

  @Override
  public Pacing pacing() {
    return Pacing.ONE_BY_ONE;
  }
}
