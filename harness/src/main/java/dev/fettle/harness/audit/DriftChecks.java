package dev.fettle.harness.audit;

import static dev.fettle.harness.audit.Evidence.number;
import static dev.fettle.harness.audit.Evidence.percent;

import dev.fettle.harness.audit.Finding.Draft;
import java.util.List;

/** How far the policy went: from the reference, in its entropy, and in the length of answers. */
final class DriftChecks {
  private DriftChecks() {}

  /** The divergence from the reference. */
  static List<Finding> kl(Evidence e) {
    String title = "Distance from the reference";
    Series kl = e.series("kl");
    if (kl.isEmpty()) {
      return List.of(
          Finding.notMeasured(
              "kl", title, "there is no metric kl: nothing was held against a reference"));
    }
    AuditLimits limits = e.limits();
    double growth = 100 * kl.slope();
    Draft found =
        Finding.of("kl", title)
            .over(kl)
            .number("start", kl.start())
            .number("end", kl.end())
            .number("largest", kl.largest().value())
            .at("largest_step", kl.largest())
            .number("growth_per_100_steps", growth);
    String coefficient = "";
    Series beta = e.series("kl_coefficient");
    if (!beta.isEmpty()) {
      found.number("coefficient_start", beta.start()).number("coefficient_end", beta.end());
      coefficient = ", its coefficient from " + number(beta.start()) + " to " + number(beta.end());
    }
    boolean notable = kl.end() > limits.kl() || growth > limits.klGrowth();
    found
        .measured(
            "kl from %s to %s, largest %s at step %d; %s in 100 steps%s"
                .formatted(
                    number(kl.start()),
                    number(kl.end()),
                    number(kl.largest().value()),
                    kl.largest().step(),
                    signed(growth),
                    coefficient))
        .limits(
            "kl at most %s at the end, growth at most %s in 100 steps"
                .formatted(number(limits.kl()), number(limits.klGrowth())));
    return List.of(
        found.judged(
            notable,
            "the policy answers in ways the reference hardly would, where a reward model may never"
                + " have been asked for its opinion",
            "read answers of the last table in rollouts/; raise the KL coefficient, lower the"
                + " learning rate, or take an earlier checkpoint"));
  }

  /** The entropy of the policy. */
  static List<Finding> entropy(Evidence e) {
    String title = "Entropy";
    Series entropy = e.series("entropy");
    if (entropy.isEmpty() || entropy.start() == 0) {
      return List.of(
          Finding.notMeasured(
              "entropy", title, entropy.isEmpty() ? "there is no metric entropy" : "it is 0"));
    }
    double change = Evidence.relative(entropy);
    double limit = e.limits().entropyFall();
    return List.of(
        Finding.of("entropy", title)
            .over(entropy)
            .number("start", entropy.start())
            .number("end", entropy.end())
            .number("relative_change", change)
            .measured(
                "entropy from %s to %s nats, %s"
                    .formatted(number(entropy.start()), number(entropy.end()), changed(change)))
            .limits("at most " + percent(limit) + " of it lost")
            .judged(
                -change > limit,
                "the policy has become sure of its answers: there is less to choose from, and less"
                    + " to learn from rewards",
                "compare with the share of distinct answers; an entropy bonus, a higher KL"
                    + " coefficient or a lower learning rate keep more of it"));
  }

  /** The mean length of answers. */
  static List<Finding> length(Evidence e) {
    String title = "Length of answers";
    Series length = e.series("completions/mean_length");
    if (length.isEmpty() || length.start() == 0) {
      return List.of(
          Finding.notMeasured(
              "length",
              title,
              length.isEmpty() ? "there is no metric completions/mean_length" : "it is 0"));
    }
    double change = Evidence.relative(length);
    double limit = e.limits().lengthDrift();
    Series reward = e.series("reward");
    double together = reward.isEmpty() ? Double.NaN : length.correlation(reward);
    Draft found =
        Finding.of("length", title)
            .over(length)
            .number("start", length.start())
            .number("end", length.end())
            .number("relative_change", change);
    String with = "";
    if (!Double.isNaN(together)) {
      found.number("correlation_with_reward", together);
      with = "; its correlation with the reward over steps is " + number(together);
    }
    return List.of(
        found
            .measured(
                "mean length from %s to %s tokens, %s%s"
                    .formatted(number(length.start()), number(length.end()), changed(change), with))
            .limits("a change of at most " + percent(limit) + " either way")
            .judged(
                Math.abs(change) > limit,
                "the rewards may prefer a length rather than what is said; a reward model often does",
                "look at rewards of long and short answers to the same prompt; add a length reward"
                    + " with a negative weight, or normalise the reward"));
  }

  /** Answers that were cut. */
  static List<Finding> clipped(Evidence e) {
    String title = "Answers that were cut";
    Series clipped = e.series("completions/clipped_ratio");
    if (clipped.isEmpty()) {
      return List.of(
          Finding.notMeasured("clipped", title, "there is no metric completions/clipped_ratio"));
    }
    double limit = e.limits().clipped();
    return List.of(
        Finding.of("clipped", title)
            .over(clipped)
            .number("start", clipped.start())
            .number("end", clipped.end())
            .number("largest", clipped.largest().value())
            .measured(
                "answers cut at maxNewTokens: from %s to %s, at most %s at step %d"
                    .formatted(
                        percent(clipped.start()),
                        percent(clipped.end()),
                        percent(clipped.largest().value()),
                        clipped.largest().step()))
            .limits("at most " + percent(limit) + " at the end")
            .judged(
                clipped.end() > limit,
                "rewards were given to answers that were not finished, or the model no longer ends"
                    + " them",
                "raise algorithm.maxNewTokens, or reward an end: a penalty for answers without one"));
  }

  /** As in {@code down by 12 %}. */
  static String changed(double share) {
    return (share < 0 ? "down by " : "up by ") + percent(Math.abs(share));
  }

  private static String signed(double value) {
    return (value < 0 ? "" : "+") + number(value);
  }
}
