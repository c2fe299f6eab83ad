package dev.fettle.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.algorithm.RunSite;
import dev.fettle.data.store.ContentKey;
import dev.fettle.metrics.ProgressBars.Bar;
import dev.fettle.metrics.ProgressBars.Work;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.reward.RewardScores;
import dev.fettle.reward.WeightedRewards;
import dev.fettle.sample.Completion;
import dev.fettle.sample.SamplePrompt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Samples answers to a run's prompts, rewards them, and writes them down, a round at a time. The
 * answers follow from the policy, the prompts and the options alone: a round begun again after a
 * kill goes on with what is on the disk, and ends with the same rows.
 */
public final class Rollouts {
  /** What a kill costs at most. */
  private static final int BATCHES = 4;

  private final RoundPrompts prompts;
  private final Options options;
  private final Means means;

  /**
   * What is sampled.
   *
   * @param sampling how a token is chosen, and the run's seed; its samples are those of each prompt
   * @param promptsPerRound prompts of a round, drawn anew for each; 0 for all of them
   * @param batch answers sampled at once
   * @param rewards what the rewards are computed by, so that others are never taken for them
   */
  public record Options(SamplingOptions sampling, int promptsPerRound, int batch, String rewards) {

    /** Answers to a prompt. */
    public int samples() {
      return sampling.draws().samples();
    }

    /** Prompts whose answers are written down together: prompts of like length share a batch. */
    private int promptsAtOnce() {
      return Math.max(1, BATCHES * batch / samples());
    }
  }

  /**
   * What it is done with.
   *
   * @param samplers open what samples from the policy, for one rollout
   * @param policy tells it as it is from every other: its parameters, and what computes
   * @param rewards gives the rewards
   * @param site where the run works
   */
  public record Means(
      Supplier<Sampler> samplers, Supplier<String> policy, WeightedRewards rewards, RunSite site) {}

  /**
   * A round's samples.
   *
   * @param statistics of all its answers
   * @param timing seconds this process spent on them, by the names they are logged by
   */
  public record Rollout(RolloutStatistics statistics, Map<String, Double> timing) {
    /** Statistics and times, under the names they are logged by. */
    public Map<String, Double> metrics() {
      Map<String, Double> all = new LinkedHashMap<>(statistics.metrics());
      all.putAll(timing);
      return all;
    }
  }

  /** Rollouts over some prompts, in the order they are answered in. */
  public Rollouts(RoundPrompts prompts, Options options, Means means) {
    this.prompts = prompts;
    this.options = options;
    this.means = means;
  }

  /** The files of a round, from 1. */
  public RoundFiles files(int round) {
    return RoundFiles.of(means.site().directory(), round);
  }

  /** How many prompts a round has. */
  public int promptsOfRound() {
    int asked = options.promptsPerRound();
    return asked == 0 ? prompts.size() : Math.min(asked, prompts.size());
  }

  /** How many answers a round has. */
  public long answersOfRound() {
    return (long) promptsOfRound() * options.samples();
  }

  /** The prompts of a round; those of the first answers first. */
  public List<SamplePrompt> promptsOf(int round) {
    if (options.promptsPerRound() == 0) {
      return prompts;
    }
    return prompts.ofRound(round, promptsOfRound(), options.sampling().draws().seed());
  }

  /**
   * Samples a round from the policy as it is, or what is missing of it.
   *
   * @param round from 1
   * @param rounds of the run, for the bar
   * @throws java.util.concurrent.CancellationException if the run is asked to stop
   * @throws dev.fettle.data.read.DataException where the samples cannot be written
   */
  public Rollout run(int round, int rounds) {
    List<SamplePrompt> asked = promptsOf(round);
    long total = answersOfRound();
    int most = options.promptsAtOnce();
    Clock sampling = new Clock();
    Clock rewarding = new Clock();
    String name = "round " + round + " of " + rounds;
    try (SampleLog log =
        SampleLog.open(files(round), origin(round, asked), most * options.samples(), total)) {
      if (log.found() < total) {
        Work work = new Work(name, " answers", log.found(), total);
        try (Bar bar = means.site().show(work);
            Sampler sampler = means.samplers().get()) {
          for (int at = (int) (log.found() / options.samples()); at < asked.size(); at += most) {
            List<SamplePrompt> some = asked.subList(at, Math.min(at + most, asked.size()));
            means.site().requireGoingOn();
            List<Completion> answers =
                sampling.time(() -> sampler.sample(some, options.sampling().withStep(round)));
            means.site().requireGoingOn();
            log.add(rewarding.time(() -> rewarded(answers)));
            bar.at((long) (at + some.size()) * options.samples(), "");
          }
        }
      }
    }
    return new Rollout(
        RolloutStatistics.of(files(round)),
        Map.of("timing/rollout", sampling.seconds(), "timing/reward", rewarding.seconds()));
  }

  private List<ObjectNode> rewarded(List<Completion> answers) {
    RewardScores rewards = means.rewards().scores(answers);
    List<ObjectNode> rows = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      Map<String, Double> each = new LinkedHashMap<>();
      for (Map.Entry<String, double[]> e : rewards.byName().entrySet()) {
        each.put(e.getKey(), e.getValue()[i]);
      }
      Completion answer = answers.get(i);
      JsonNode prompt = answer.prompt().row().path("prompt");
      rows.add(
          RewardedAnswer.of(answer, rewards.total()[i], each)
              .written(prompt.isMissingNode() ? NullNode.getInstance() : prompt));
    }
    return rows;
  }

  /** All that the answers of a round and their rewards follow from. */
  private ObjectNode origin(int round, List<SamplePrompt> asked) {
    ContentKey key = new ContentKey();
    for (SamplePrompt prompt : asked) {
      key.number(prompt.index()).text(prompt.row().toString());
      RoundPrompts.add(key, prompt);
    }
    ObjectNode origin = JsonNodeFactory.instance.objectNode();
    origin.put("round", round);
    origin.put("policy", means.policy().get());
    origin.put("prompts", key.hex());
    SamplingOptions sampling = options.sampling();
    origin.put("choice", sampling.choice().toString());
    origin.put("draws", sampling.draws().toString());
    origin.put("maxNewTokens", sampling.maxNewTokens());
    // Sorted: the order of a set is another in each process.
    origin.put("stops", sampling.stops().map(ids -> new TreeSet<>(ids).toString()).orElse(""));
    origin.put("batch", options.promptsAtOnce() * options.samples());
    origin.put("rewards", options.rewards());
    return origin;
  }

  /** Adds up times. */
  private static final class Clock {
    private long nanos;

    <T> T time(Supplier<T> work) {
      long start = System.nanoTime();
      try {
        return work.get();
      } finally {
        nanos += System.nanoTime() - start;
      }
    }

    double seconds() {
      return nanos / 1e9;
    }
  }
}
