package dev.fettle.feedback;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A judge that asks a model in words, as in Lee et al., "RLAIF: Scaling Reinforcement Learning from
 * Human Feedback with AI Feedback", 2023 (arXiv 2309.00267). Where the model gives likelihoods of
 * the letters, {@code P(first) = P(A) / (P(A) + P(B))}; a score is then the mean of the scale under
 * the likelihoods of its numbers. An answer that cannot be read is asked for again.
 */
public final class RespondentJudge implements AiJudge {
  private final Respondent respondent;
  private final Manner manner;

  /**
   * How it is asked.
   *
   * @param reasons whether it says why before its verdict, or the verdict alone
   * @param attempts how often it is asked until its answer can be read
   * @param tie how near to one half the probability of a verdict without words is a tie
   */
  public record Manner(boolean reasons, int attempts, double tie) {

    /** Checks the numbers. */
    public Manner {
      if (attempts < 1 || !(tie >= 0 && tie < 0.5)) {
        throw new IllegalArgumentException("at least one attempt, and a tie of 0 up to 0.5");
      }
    }
  }

  /** A judge that asks a model. */
  public RespondentJudge(Respondent respondent, Manner manner) {
    this.respondent = respondent;
    this.manner = manner;
  }

  @Override
  public Verdict compare(Comparison comparison) {
    return compareAll(List.of(comparison)).get(0);
  }

  @Override
  public Rating rate(Appraisal appraisal) {
    return rateAll(List.of(appraisal)).get(0);
  }

  @Override
  public List<Verdict> compareAll(List<Comparison> comparisons) {
    List<Question> questions =
        comparisons.stream().map(c -> JudgePrompts.comparison(c, manner.reasons())).toList();
    return asking()
        .all(
            questions,
            (question, reply) -> verdict(reply),
            answered ->
                answered
                    .value()
                    .map(v -> new Verdict(v.choice(), v.probability(), v.words(), answered.asked()))
                    .orElseGet(
                        () ->
                            new Verdict(
                                Choice.UNDECIDED, OptionalDouble.empty(), "", answered.asked())));
  }

  @Override
  public List<Rating> rateAll(List<Appraisal> appraisals) {
    List<Question> questions =
        appraisals.stream().map(a -> JudgePrompts.appraisal(a, manner.reasons())).toList();
    return asking()
        .all(
            questions,
            (question, reply) -> score(reply, appraisals.get(question).scale()),
            answered ->
                answered
                    .value()
                    .map(s -> new Rating(OptionalDouble.of(s.score()), s.words(), answered.asked()))
                    .orElseGet(() -> new Rating(OptionalDouble.empty(), "", answered.asked())));
  }

  private Asking asking() {
    return new Asking(respondent, manner.attempts());
  }

  private record Said(Choice choice, OptionalDouble probability, String words) {}

  private record Scored(double score, String words) {}

  private Optional<Said> verdict(Reply reply) {
    OptionalDouble first = first(reply.logProbs());
    if (reply.text().isEmpty()) {
      return first.isPresent()
          ? Optional.of(new Said(choice(first.getAsDouble()), first, ""))
          : Optional.empty();
    }
    return JudgeText.verdict(reply.text()).map(c -> new Said(c, first, reply.text()));
  }

  private Choice choice(double first) {
    if (Math.abs(first - 0.5) <= manner.tie()) {
      return Choice.TIE;
    }
    return first > 0.5 ? Choice.FIRST : Choice.SECOND;
  }

  private static OptionalDouble first(Map<String, Double> logProbs) {
    Double a = logProbs.get(JudgePrompts.A);
    Double b = logProbs.get(JudgePrompts.B);
    return a == null || b == null || !Double.isFinite(a - b)
        ? OptionalDouble.empty()
        : OptionalDouble.of(1 / (1 + Math.exp(b - a)));
  }

  private static Optional<Scored> score(Reply reply, Scale scale) {
    if (!reply.text().isEmpty()) {
      OptionalDouble score = JudgeText.score(reply.text(), scale);
      return score.isPresent()
          ? Optional.of(new Scored(score.getAsDouble(), reply.text()))
          : Optional.empty();
    }
    double most = reply.logProbs().values().stream().mapToDouble(p -> p).max().orElse(Double.NaN);
    if (!Double.isFinite(most)) {
      return Optional.empty();
    }
    double sum = 0;
    double weights = 0;
    for (Map.Entry<String, Double> e : reply.logProbs().entrySet()) {
      double weight = Math.exp(e.getValue() - most);
      sum += weight * Integer.parseInt(e.getKey());
      weights += weight;
    }
    return Optional.of(new Scored(sum / weights, ""));
  }

  @Override
  public String identity() {
    return respondent.identity()
        + (manner.reasons() ? ", with reasons" : "")
        + ", attempts "
        + manner.attempts()
        + ", tie "
        + manner.tie();
  }

  @Override
  public Pacing pacing() {
    return respondent.pacing();
  }
}
