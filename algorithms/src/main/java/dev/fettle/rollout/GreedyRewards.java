package dev.fettle.rollout;

import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.reward.RewardScores;
import dev.fettle.reward.WeightedRewards;
import dev.fettle.sample.Completion;
import dev.fettle.sample.SamplePrompt;
import dev.fettle.train.StepResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the policy's likeliest answers to held-out prompts are worth.
 *
 * @param run whose policy answers
 * @param judge what else is measured of the answers, as {@code judge}
 */
public record GreedyRewards(RolloutRun run, Optional<WeightedRewards> judge) {
  /** By the run's own rewards. */
  public GreedyRewards(RolloutRun run) {
    this(run, Optional.empty());
  }

  /** The same of several sets; a metric of a set with a name is called by both. */
  public StepResult ofEach(Map<String, ? extends List<SamplePrompt>> sets) {
    Map<String, Double> all = new LinkedHashMap<>();
    sets.forEach(
        (name, prompts) -> {
          String prefix = name.isEmpty() ? "" : name + "_";
          of(prompts).forEach((metric, value) -> all.put(prefix + metric, value));
        });
    return new StepResult(all);
  }

  /** One answer to each prompt, rewarded; under the names that are logged. */
  public Map<String, Double> of(List<SamplePrompt> prompts) {
    RolloutSettings settings = run.settings();
    SamplingOptions greedy = SamplingOptions.greedy(settings.maxNewTokens());
    RolloutStatistics statistics = new RolloutStatistics();
    List<Double> judged = new ArrayList<>();
    int most = settings.sampleBatchSize();
    try (Sampler sampler = run.samplers().get()) {
      for (int at = 0; at < prompts.size(); at += most) {
        run.site().requireGoingOn();
        List<Completion> answers =
            sampler.sample(prompts.subList(at, Math.min(at + most, prompts.size())), greedy);
        add(answers, statistics);
        judge.ifPresent(j -> Arrays.stream(j.score(answers)).forEach(judged::add));
      }
    }
    Map<String, Double> metrics = new LinkedHashMap<>(statistics.metrics());
    if (judge.isPresent()) {
      double[] all = judged.stream().mapToDouble(Double::doubleValue).toArray();
      metrics.put("judge", RewardScores.mean(all));
    }
    return metrics;
  }

  private void add(List<Completion> answers, RolloutStatistics statistics) {
    RewardScores scores = run.reward().functions().scores(answers);
    for (int i = 0; i < answers.size(); i++) {
      Map<String, Double> each = new LinkedHashMap<>();
      for (Map.Entry<String, double[]> e : scores.byName().entrySet()) {
        each.put(e.getKey(), e.getValue()[i]);
      }
      statistics.add(RewardedAnswer.of(answers.get(i), scores.total()[i], each));
    }
  }
}
