package dev.fettle.harness.audit;

import static dev.fettle.harness.audit.Evidence.number;
import static dev.fettle.harness.audit.Evidence.percent;

import dev.fettle.harness.audit.Finding.Draft;
import java.util.ArrayList;
import java.util.List;

/** Whether rewards rose, and whether they still tell answers apart. */
final class RewardChecks {
  private RewardChecks() {}

  /** The reward that was optimised. */
  static List<Finding> reward(Evidence e) {
    String title = "Reward";
    Series reward = e.series("reward");
    if (reward.isEmpty()) {
      return List.of(
          Finding.notMeasured(
              "reward",
              title,
              e.history().has("reward")
                  ? "no value of metric reward is a number"
                  : "there is no metric reward: the run sampled no answers"));
    }
    return List.of(
        Finding.of("reward", title)
            .over(reward)
            .number("start", reward.start())
            .number("end", reward.end())
            .number("largest", reward.largest().value())
            .at("largest_step", reward.largest())
            .measured(
                "reward from %s to %s, largest %s at step %d"
                    .formatted(
                        number(reward.start()),
                        number(reward.end()),
                        number(reward.largest().value()),
                        reward.largest().step()))
            .limits("no lower at the end than at the start")
            .judged(
                reward.size() > 1 && reward.change() < 0,
                "what was optimised did not improve",
                "lower the learning rate; sample more answers a prompt; see whether rewards tell"
                    + " answers apart at all"));
  }

  /** Whether rewards still tell answers apart. */
  static List<Finding> variance(Evidence e) {
    String title = "Rewards that tell answers apart";
    Series deviation = e.series("reward_std");
    Series told = e.answers().series("equal rewards", AnswerTable::equalRewards);
    Series equal = told.isEmpty() ? e.series("frac_reward_zero_std") : told;
    if (deviation.isEmpty() && equal.isEmpty()) {
      return List.of(
          Finding.notMeasured(
              "reward-variance",
              title,
              "there is no metric reward_std, and no table of several answers a prompt"));
    }
    AuditLimits limits = e.limits();
    Draft found =
        Finding.of("reward-variance", title).over(deviation.isEmpty() ? equal : deviation);
    List<String> words = new ArrayList<>();
    boolean notable = false;
    if (!deviation.isEmpty()) {
      double lost = deviation.start() == 0 ? 0 : -Evidence.relative(deviation);
      notable = lost > limits.rewardStdFall() || deviation.end() == 0;
      found
          .number("std_start", deviation.start())
          .number("std_end", deviation.end())
          .number("std_lost", lost);
      words.add(
          "reward_std from %s to %s".formatted(number(deviation.start()), number(deviation.end())));
    }
    if (!equal.isEmpty()) {
      notable |= equal.end() > limits.equalRewards();
      found.number("equal_start", equal.start()).number("equal_end", equal.end());
      words.add(
          "prompts whose answers all have the same reward: from %s to %s%s"
              .formatted(
                  percent(equal.start()),
                  percent(equal.end()),
                  told.isEmpty()
                      ? ""
                      : " (tables %d to %d)".formatted(equal.firstStep(), equal.lastStep())));
    }
    return List.of(
        found
            .measured(String.join("; ", words))
            .limits(
                "at most %s of reward_std lost, at most %s of prompts with equal rewards"
                    .formatted(percent(limits.rewardStdFall()), percent(limits.equalRewards())))
            .judged(
                notable,
                "where all answers to a prompt are worth the same, there is no advantage to learn"
                    + " from: the task is solved or hopeless, or the policy gives one answer",
                "see which it is in the tables; take harder or easier prompts, a reward with more"
                    + " grades, or stop here"));
  }

  /** Whether the critic says more than the mean. */
  static List<Finding> critic(Evidence e) {
    String title = "What the critic explains";
    Series explained = e.series("vf_explained_var");
    if (explained.isEmpty()) {
      return List.of(
          Finding.notMeasured(
              "critic", title, "there is no metric vf_explained_var: the run had no critic"));
    }
    double limit = e.limits().explainedVariance();
    return List.of(
        Finding.of("critic", title)
            .over(explained)
            .number("start", explained.start())
            .number("end", explained.end())
            .number("largest", explained.largest().value())
            .measured(
                "share of the returns' variance that values explain: from %s to %s, largest %s at"
                        .formatted(
                            number(explained.start()),
                            number(explained.end()),
                            number(explained.largest().value()))
                    + " step "
                    + explained.largest().step())
            .limits("at least " + number(limit) + " at the end")
            .judged(
                explained.end() < limit,
                "advantages were hardly better than rewards less their mean; below 0, worse than"
                    + " that",
                "a higher learning rate of the critic, more steps before the policy moves, or a"
                    + " critic that begins as the reward model"));
  }

  /** Whether answers repeat each other. */
  static List<Finding> repetition(Evidence e) {
    String title = "Distinct answers";
    Series distinct = e.answers().series("distinct", AnswerTable::distinct);
    if (distinct.isEmpty()) {
      return List.of(
          Finding.notMeasured(
              "repetition", title, "there is no table of answers (rollouts/ or rounds/)"));
    }
    Series commonest = e.answers().series("commonest", AnswerTable::commonest);
    double limit = e.limits().distinct();
    return List.of(
        Finding.of("repetition", title)
            .over(distinct)
            .number("distinct_start", distinct.start())
            .number("distinct_end", distinct.end())
            .number("commonest_start", commonest.start())
            .number("commonest_end", commonest.end())
            .measured(
                "distinct answers in a table: from %s to %s of them; the commonest one: from %s to"
                        .formatted(
                            percent(distinct.start()),
                            percent(distinct.end()),
                            percent(commonest.start()))
                    + " %s (tables %d to %d)"
                        .formatted(
                            percent(commonest.end()), distinct.firstStep(), distinct.lastStep()))
            .limits("at least " + percent(limit) + " distinct at the end")
            .judged(
                distinct.end() < limit,
                "many prompts get the same answer, or one prompt gets it again and again; where"
                    + " right answers are few and short, that is as it should be",
                "read the tables; a higher temperature, an entropy bonus or a higher KL coefficient"
                    + " keep answers apart"));
  }

  /** What the time went into. */
  static List<Finding> time(Evidence e) {
    String title = "What the time went into";
    Series rollout = e.series("timing/rollout");
    if (rollout.isEmpty()) {
      return List.of(Finding.notMeasured("time", title, "there is no metric timing/rollout"));
    }
    double sampling = rollout.sum();
    Series rewarding = e.series("timing/reward");
    double scoring = rewarding.isEmpty() ? 0 : rewarding.sum();
    Series training = e.series("timing/train");
    Series steps = e.series("step_time");
    double rest = steps.isEmpty() ? 0 : Math.max(0, steps.sum() - sampling - scoring);
    double learning = training.isEmpty() ? rest : training.sum();
    double all = sampling + scoring + learning;
    double limit = e.limits().rollout();
    double share = all == 0 ? 0 : (sampling + scoring) / all;
    return List.of(
        Finding.of("time", title)
            .over(rollout)
            .number("rollout_seconds", sampling)
            .number("reward_seconds", scoring)
            .number("train_seconds", learning)
            .number("rollout_share", all == 0 ? 0 : sampling / all)
            .number("reward_share", all == 0 ? 0 : scoring / all)
            .number("train_share", all == 0 ? 0 : learning / all)
            .measured(
                "sampling %s s (%s), rewarding %s s (%s), training %s s (%s)"
                    .formatted(
                        number(sampling),
                        percent(all == 0 ? 0 : sampling / all),
                        number(scoring),
                        percent(all == 0 ? 0 : scoring / all),
                        number(learning),
                        percent(all == 0 ? 0 : learning / all)))
            .limits("at most " + percent(limit) + " in sampling and rewarding")
            .judged(
                share > limit,
                "most of the time went into answers, not into learning from them",
                "sample more answers at once (algorithm.sampleBatchSize), shorter ones"
                    + " (algorithm.maxNewTokens), or learn from each table more than once"));
  }
}
