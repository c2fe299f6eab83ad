package dev.fettle.algorithm.rl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.algorithm.rl.AdvantageEstimator.Estimated;
import dev.fettle.algorithm.rl.estimate.ExplainedVariance;
import dev.fettle.algorithm.rl.estimate.RunningMoments;
import dev.fettle.reward.RewardScores;
import dev.fettle.rollout.RewardedAnswer;
import dev.fettle.rollout.RolloutStatistics;
import dev.fettle.rollout.RoundWriter;
import dev.fettle.sample.Completion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is told of a rollout.
 *
 * @param rollout its answers
 * @param estimated what is learnt of them
 * @param divergences from the reference, by tokens
 * @param judged what a judge says, whom nothing is learnt from
 * @param samples answers to a prompt
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, not compared
record RolloutMetrics(
    Rollout rollout,
    Estimated estimated,
    double[][] divergences,
    Optional<RewardScores> judged,
    int samples) {

  /** The mean divergence of an answer: the sum over its tokens. */
  double kl() {
    return Arrays.stream(divergences).mapToDouble(d -> Arrays.stream(d).sum()).average().orElse(0);
  }

  /** Under the names they are logged by. */
  Map<String, Double> all() {
    RolloutStatistics statistics = new RolloutStatistics();
    for (int i = 0; i < rollout.answers().size(); i++) {
      statistics.add(answer(i));
    }
    Map<String, Double> all = new LinkedHashMap<>(statistics.metrics());
    judged.ifPresent(
        scores -> {
          all.put("judge", RewardScores.mean(scores.total()));
          scores
              .byName()
              .forEach((name, each) -> all.put("judge/" + name + "/mean", RewardScores.mean(each)));
        });
    if (rollout.reference().isPresent()) {
      all.put("kl", kl());
    }
    RunningMoments advantages = moments(estimated.advantages());
    all.put("advantages/mean", advantages.mean());
    all.put("advantages/std", advantages.count() < 2 ? 0 : advantages.deviation());
    if (estimated.returns().length > 0 && estimated.returns()[0].length > 0) {
      all.put("values/mean", moments(rollout.values()).mean());
      double explained = ExplainedVariance.of(estimated.returns(), rollout.values());
      if (Double.isFinite(explained)) {
        all.put("vf_explained_var", explained);
      }
    }
    if (samples > 1) {
      all.put("frac_reward_zero_std", alike());
    }
    all.put("completions/distinct", distinct());
    return all;
  }

  private static RunningMoments moments(double[][] values) {
    RunningMoments all = RunningMoments.NONE;
    for (double[] each : values) {
      all = all.plus(each);
    }
    return all;
  }

  /** The share of prompts whose answers are all worth the same: nothing is learnt from them. */
  private double alike() {
    double[] rewards = rollout.scores().total();
    int groups = rewards.length / samples;
    int alike = 0;
    for (int g = 0; g < groups; g++) {
      double[] group = Arrays.copyOfRange(rewards, g * samples, (g + 1) * samples);
      alike += Arrays.stream(group).filter(r -> !Double.isNaN(r)).distinct().count() < 2 ? 1 : 0;
    }
    return (double) alike / groups;
  }

  /** The share of answers that differ from every earlier one to their prompt. */
  private double distinct() {
    Set<List<Object>> seen = new HashSet<>();
    for (Completion answer : rollout.answers()) {
      seen.add(List.of(answer.prompt().index(), answer.text()));
    }
    return (double) seen.size() / rollout.answers().size();
  }

  private RewardedAnswer answer(int i) {
    Map<String, Double> each = new LinkedHashMap<>();
    rollout.scores().byName().forEach((name, rewards) -> each.put(name, rewards[i]));
    return RewardedAnswer.of(rollout.answers().get(i), rollout.scores().total()[i], each);
  }

  /** A row of each answer, for whoever looks into the run. */
  List<ObjectNode> rows() {
    List<ObjectNode> rows = new ArrayList<>();
    for (int i = 0; i < rollout.answers().size(); i++) {
      rows.add(row(i));
    }
    return rows;
  }

  private ObjectNode row(int i) {
    Completion answer = rollout.answers().get(i);
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    JsonNode prompt = answer.prompt().row().path("prompt");
    row.set("prompt", prompt.isMissingNode() ? NullNode.getInstance() : prompt);
    row.put("completion", answer.text());
    row.put("index", answer.prompt().index()).put("sample", answer.sample());
    row.put("stopped", answer.stopped()).put("length", answer.generation().ids().length);
    RoundWriter.number(row, "reward", rollout.scores().total()[i]);
    ObjectNode each = row.putObject("rewards");
    rollout.scores().byName().forEach((name, all) -> RoundWriter.number(each, name, all[i]));
    judged.ifPresent(scores -> RoundWriter.number(row, "judge", scores.total()[i]));
    if (rollout.reference().isPresent()) {
      RoundWriter.number(row, "kl", Arrays.stream(divergences[i]).sum());
    }
    double[] values = rollout.values()[i];
    if (values.length > 0) {
      RoundWriter.number(row, "value", values[0]);
    }
    double[] advantages = estimated.advantages()[i];
    RoundWriter.number(row, "advantage", Arrays.stream(advantages).average().orElse(Double.NaN));
    return row;
  }
}
