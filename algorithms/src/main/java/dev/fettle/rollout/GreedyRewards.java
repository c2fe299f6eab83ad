package dev.fettle.rollout;

import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.reward.RewardScores;
import dev.fettle.sample.Completion;
import dev.fettle.sample.SamplePrompt;
import dev.fettle.train.StepResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the policy's likeliest answers to held-out prompts are worth.
 *
 * @param run whose policy answers
 */
public record GreedyRewards(RolloutRun run) {

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
    int most = settings.sampleBatchSize();
    try (Sampler sampler = run.samplers().get()) {
      for (int at = 0; at < prompts.size(); at += most) {
        run.site().requireGoingOn();
        List<Completion> answers =
            sampler.sample(prompts.subList(at, Math.min(at + most, prompts.size())), greedy);
        add(answers, statistics);
      }
    }
    return statistics.metrics();
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
