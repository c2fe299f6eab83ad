package dev.fettle.feedback;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Asks questions until their answers can be used.
 *
 * @param respondent answers them
 * @param attempts how often each is asked at most; once where the answer would be the same again
 */
public record Asking(Respondent respondent, int attempts) {

  /** Reads an answer. */
  @FunctionalInterface
  public interface Reading<T> {

    /**
     * What a reply says.
     *
     * @param question its number
     * @return nothing where it cannot be used
     */
    Optional<T> read(int question, Reply reply);
  }

  /**
   * What came of a question.
   *
   * @param value nothing where no answer could be used
   * @param asked how it was asked
   */
  public record Answered<T>(Optional<T> value, Asked asked) {}

  /** The answers to all questions, in order. */
  public <T, R> List<R> all(
      List<Question> questions, Reading<T> reading, Function<Answered<T>, R> made) {
    List<Course<T>> courses = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      courses.add(new Course<>(i, questions.get(i)));
    }
    List<Course<T>> open = courses;
    int most = respondent.varies() ? attempts : 1;
    for (int attempt = 0; attempt < most && !open.isEmpty(); attempt++) {
      List<Reply> replies = respondent.answer(open.stream().map(c -> c.next).toList());
      for (int i = 0; i < replies.size(); i++) {
        open.get(i).take(replies.get(i), reading);
      }
      open = open.stream().filter(c -> c.value.isEmpty()).toList();
    }
    return courses.stream().map(c -> made.apply(new Answered<>(c.value, c.asked()))).toList();
  }

  /** What becomes of one question. */
  private static final class Course<T> {
    private final int number;
    private Question next;
    private Optional<T> value = Optional.empty();
    private String request = "";
    private String raw = "";
    private final List<String> unusable = new ArrayList<>();
    private int retries;
    private long millis;
    private Usage usage = Usage.NONE;

    Course(int number, Question next) {
      this.number = number;
      this.next = next;
    }

    void take(Reply reply, Reading<T> reading) {
      request = reply.effort().request();
      retries += reply.effort().retries();
      millis += reply.effort().millis();
      usage = usage.plus(reply.effort().usage());
      if (reply.fault().isPresent()) {
        unusable.add("(" + reply.fault().get() + ")");
      } else {
        value = reading.read(number, reply);
        if (value.isPresent()) {
          raw = reply.text();
        } else {
          unusable.add(reply.text());
        }
      }
      next = next.again();
    }

    Asked asked() {
      return new Asked(request, raw, unusable, retries, millis, usage);
    }
  }
}
