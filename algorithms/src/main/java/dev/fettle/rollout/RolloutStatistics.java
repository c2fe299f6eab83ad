package dev.fettle.rollout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the answers of a round come to, of each as it is added; those of a prompt one by one. */
public final class RolloutStatistics {
  private static final class Mean {
    private double sum;
    private double squares;
    private long count;

    void add(double value) {
      if (!Double.isNaN(value)) {
        sum += value;
        squares += value * value;
        count++;
      }
    }

    double mean() {
      return count == 0 ? Double.NaN : sum / count;
    }

    /** Of a sample, as torch's {@code std}; 0 of one value. */
    double deviation() {
      if (count < 2) {
        return count == 0 ? Double.NaN : 0;
      }
      return Math.sqrt(Math.max(0, (squares - sum * sum / count) / (count - 1)));
    }
  }

  private final Mean reward = new Mean();
  private final Map<String, Mean> byName = new LinkedHashMap<>();
  private final Mean best = new Mean();
  private long answers;
  private long clipped;
  private long tokens;
  private long prompt = -1;
  private double bestOfPrompt = Double.NaN;

  /** Adds an answer. */
  public void add(RewardedAnswer answer) {
    if (answer.sample() == 0 || answer.index() != prompt) {
      best.add(bestOfPrompt);
      bestOfPrompt = Double.NaN;
      prompt = answer.index();
    }
    bestOfPrompt =
        Double.isNaN(bestOfPrompt) || answer.reward() > bestOfPrompt
            ? answer.reward()
            : bestOfPrompt;
    reward.add(answer.reward());
    answer.rewards().forEach((n, r) -> byName.computeIfAbsent(n, k -> new Mean()).add(r));
    answers++;
    clipped += answer.stopped() ? 0 : 1;
    tokens += answer.ids().length;
  }

  /** Those of a round's samples. */
  static RolloutStatistics of(RoundFiles files) {
    RolloutStatistics all = new RolloutStatistics();
    RoundRows.answers(files, (answer, origin) -> all.add(answer));
    all.best.add(all.bestOfPrompt);
    all.bestOfPrompt = Double.NaN;
    return all;
  }

  /** How many there are. */
  public long answers() {
    return answers;
  }

  /** The mean reward; NaN where none has one. */
  public double reward() {
    return reward.mean();
  }

  /** The mean of each prompt's best reward. */
  public double best() {
    return best.mean();
  }

  /** Answers without a reward. */
  public long unrewarded() {
    return answers - reward.count;
  }

  /** Puts them into a round's summary. */
  public void describe(ObjectNode summary) {
    summary.put("answers", answers);
    metrics().forEach((name, value) -> RoundWriter.number(summary, name, value));
    RoundWriter.number(summary, "best_of_n", best());
  }

  /** Under the names they are logged by. */
  public Map<String, Double> metrics() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("reward", reward.mean());
    metrics.put("reward_std", reward.deviation());
    byName.forEach((name, mean) -> metrics.put("rewards/" + name + "/mean", mean.mean()));
    metrics.put("completions/mean_length", answers == 0 ? 0 : (double) tokens / answers);
    metrics.put("completions/clipped_ratio", answers == 0 ? 0 : (double) clipped / answers);
    return metrics;
  }
}
