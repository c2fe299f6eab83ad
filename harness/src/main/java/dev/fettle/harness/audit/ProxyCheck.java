package dev.fettle.harness.audit;

import static dev.fettle.harness.audit.Evidence.number;

import dev.fettle.harness.audit.Finding.Draft;
import java.util.List;

/**
 * The reward that was optimised, a proxy, beside a judge that was not: over-optimisation as in Gao,
 * Schulman and Hilton (2210.10760), where the proxy goes on rising and the judge does not. Both are
 * also held against the distance from the reference, {@code sqrt(KL)}.
 */
final class ProxyCheck {
  private static final String ID = "over-optimisation";
  private static final String TITLE = "Reward beside the held-out judge";

  /** A gain below this is none, in deviations. */
  private static final double NOTHING = 0.1;

  private ProxyCheck() {}

  static List<Finding> of(Evidence e) {
    boolean ofSteps = !e.series("judge").isEmpty() && !e.series("reward").isEmpty();
    String prefix = ofSteps ? "" : "eval_";
    Series proxy = e.series(prefix + "reward");
    Series judge = e.series(prefix + "judge");
    if (proxy.isEmpty() || judge.isEmpty()) {
      return List.of(
          Finding.notMeasured(
              ID,
              TITLE,
              "no answers were rewarded by a held-out judge as well (algorithm.judge): whether the"
                  + " reward went up for the right reason is not known from this run"));
    }
    if (judge.size() < 2) {
      return List.of(
          Finding.notMeasured(ID, TITLE, "the judge was asked once only; nothing can be compared"));
    }
    return List.of(found(e, proxy, judge));
  }

  private static Finding found(Evidence e, Series proxy, Series judge) {
    double proxyUnit = unit(e.series("reward_std"), proxy);
    double judgeUnit =
        unit(e.answers().series("judge deviation", AnswerTable::judgeDeviation), judge);
    double proxyGain = proxy.change() / proxyUnit;
    double judgeGain = judge.change() / judgeUnit;
    double gap = proxyGain - judgeGain;
    double together = proxy.correlation(judge);
    Series.Point best = judge.smoothed().largest();
    Draft found =
        Finding.of(ID, TITLE)
            .over(judge)
            .number("reward_start", proxy.start())
            .number("reward_end", proxy.end())
            .number("reward_gain_in_deviations", proxyGain)
            .number("judge_start", judge.start())
            .number("judge_end", judge.end())
            .number("judge_gain_in_deviations", judgeGain)
            .number("gap_in_deviations", gap)
            .number("correlation_over_steps", together)
            .at("judge_best_step", best);
    String distance = distance(e, proxy, judge, best, found);
    double limit = e.limits().judgeGap();
    boolean apart = proxyGain > NOTHING && judgeGain < NOTHING;
    return found
        .measured(
            "%s from %s to %s (%s deviations), %s from %s to %s (%s deviations): a gap of %s; their"
                    .formatted(
                        proxy.name(),
                        number(proxy.start()),
                        number(proxy.end()),
                        number(proxyGain),
                        judge.name(),
                        number(judge.start()),
                        number(judge.end()),
                        number(judgeGain),
                        number(gap))
                + " correlation over steps is %s; the judge was highest around step %d%s"
                    .formatted(number(together), best.step(), distance))
        .limits(
            "a gap of at most %s deviations, and a judge that gains where the reward does"
                .formatted(number(limit)))
        .judged(
            apart || gap > limit,
            "the reward was raised by something the judge does not value: over-optimisation, where"
                + " the judge is to be trusted more",
            "read answers of high reward and low judgement; take the checkpoint near step "
                + best.step()
                + ", raise the KL coefficient, or train the reward model on such answers");
  }

  /** What one counts gains in: the deviation of answers at the start, or else over the steps. */
  private static double unit(Series deviations, Series values) {
    double first = deviations.isEmpty() ? Double.NaN : deviations.start();
    double unit = Double.isFinite(first) && first > 0 ? first : values.deviation();
    return unit > 0 ? unit : 1;
  }

  /** Both against the distance from the reference. */
  private static String distance(
      Evidence e, Series proxy, Series judge, Series.Point best, Draft found) {
    Series kl = e.series("kl");
    if (kl.isEmpty()) {
      return "";
    }
    OverOptimisation.fit(kl, judge)
        .ifPresent(f -> found.number("judge_alpha", f.alpha()).number("judge_beta", f.beta()));
    OverOptimisation.fit(kl, proxy)
        .ifPresent(f -> found.number("reward_alpha", f.alpha()).number("reward_beta", f.beta()));
    return kl.at(best.step())
        .map(
            at -> {
              double d = Math.sqrt(Math.max(0, at));
              found.number("judge_best_sqrt_kl", d);
              return ", at sqrt(KL) %s of %s at the end"
                  .formatted(number(d), number(Math.sqrt(Math.max(0, kl.end()))));
            })
        .orElse("");
  }
}
