package dev.fettle.feedback;

import java.util.List;

/**
 * Judges answers by a written principle. {@link RespondentJudge} asks a model; an application may
 * write its own.
 *
 * <p>It is asked from one thread. Equal questions should have equal answers, or a job that is gone
 * on with is not the one it would have been.
 */
public interface AiJudge {

  /**
   * Says which of two answers keeps better to a principle. The caller asks in both orders where the
   * order must not count; a judge looks at the order it is given alone.
   *
   * @throws FeedbackException if there is no judging any more, as when a server is gone
   */
  Verdict compare(Comparison comparison);

  /**
   * Says how well an answer keeps to a principle, on the scale it is given.
   *
   * @throws FeedbackException if there is no judging any more
   */
  Rating rate(Appraisal appraisal);

  /** The same for several, in order; by default one after the other. */
  default List<Verdict> compareAll(List<Comparison> comparisons) {
    return comparisons.stream().map(this::compare).toList();
  }

  /** The same for several, in order; by default one after the other. */
  default List<Rating> rateAll(List<Appraisal> appraisals) {
    return appraisals.stream().map(this::rate).toList();
  }

  /**
   * What its verdicts follow from, by which a file that was begun with it is known again: another
   * identity, other verdicts.
   */
  default String identity() {
    return getClass().getName();
  }

  /** How it is best asked. */
  default Pacing pacing() {
    return Pacing.ONE_BY_ONE;
  }
}
