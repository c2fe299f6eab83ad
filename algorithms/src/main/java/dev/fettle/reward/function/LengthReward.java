package dev.fettle.reward.function;

import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.RewardKind;
import dev.fettle.sample.Completion;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;
import java.util.List;
import java.util.Optional;

/**
 * {@code length}: how long the answer is, shaped by what is wanted.
 *
 * <ul>
 *   <li>Neither target nor max: the length itself, which a small weight turns into a premium or,
 *       where it is negative, into a price of each token.
 *   <li>{@code max} alone: {@code 1 - n / max}, and 0 beyond it; short answers are best.
 *   <li>{@code target}: 1 at that length, falling in straight lines to 0 at no length and at {@code
 *       max}, which is twice the target where it is not given.
 * </ul>
 *
 * @param unit what is counted
 * @param target the length that is wanted
 * @param max the length from which on an answer is worth nothing
 */
public record LengthReward(Unit unit, Optional<Double> target, Optional<Double> max)
    implements RewardFunction {

  /** What is counted. */
  public enum Unit {
    /** The tokens that were sampled, the one that ended the answer among them. */
    TOKENS,
    /** The characters of the answer's text. */
    CHARACTERS
  }

  /** Its name and options. */
  public static final RewardKind<LengthReward> KIND =
      new Named<>(
          "length",
          Keys.of(
                  LengthReward.class,
                  Key.choice("unit", Unit.class, "what is counted").otherwise(Unit.TOKENS),
                  Key.number(
                          "target",
                          Range.above(0),
                          "the length that is worth 1; without it and `max`, an answer is worth its"
                              + " length")
                      .optional(),
                  Key.number("max", Range.above(0), "from here on an answer is worth 0")
                      .optional("twice `target`"))
              .rule(
                  "max",
                  r -> r.target.isEmpty() || r.max.isEmpty() || r.target.get() < r.max.get(),
                  r -> "is " + r.max.get() + ", not more than the target of " + r.target.get()));

  @Override
  public double[] score(List<Completion> completions) {
    return completions.stream().mapToDouble(c -> shaped(length(c))).toArray();
  }

  private double length(Completion completion) {
    return unit == Unit.TOKENS
        ? completion.generation().ids().length
        : completion.text().codePointCount(0, completion.text().length());
  }

  private double shaped(double length) {
    if (target.isEmpty()) {
      return max.map(most -> Math.max(0, 1 - length / most)).orElse(length);
    }
    double wanted = target.get();
    double most = max.orElse(2 * wanted);
    return length <= wanted ? length / wanted : Math.max(0, (most - length) / (most - wanted));
  }
}
