package dev.fettle.reward;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What some answers are worth: together, and by each function.
 *
 * @param total of each answer; NaN where no function gave a reward
 * @param byName what each function gave, before its weight; NaN where it gave none
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, not compared
public record RewardScores(double[] total, Map<String, double[]> byName) {

  /** Copies the map, in its order. */
  public RewardScores {
    byName = new LinkedHashMap<>(byName);
  }

  /**
   * The mean reward of each function as a metric, {@code rewards/<name>/mean}, over the answers
   * that it gave one; NaN where it gave none.
   */
  public Map<String, Double> means() {
    Map<String, Double> means = new LinkedHashMap<>();
    byName.forEach((name, rewards) -> means.put("rewards/" + name + "/mean", mean(rewards)));
    return means;
  }

  /** The mean of numbers that are none; NaN where all are none. */
  public static double mean(double[] rewards) {
    return Arrays.stream(rewards).filter(r -> !Double.isNaN(r)).average().orElse(Double.NaN);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RewardScores that
        && Arrays.equals(total, that.total)
        && byName.keySet().equals(that.byName.keySet())
        && byName.entrySet().stream()
            .allMatch(e -> Arrays.equals(e.getValue(), that.byName.get(e.getKey())));
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(total);
  }

  @Override
  public String toString() {
    return "RewardScores" + Arrays.toString(total);
  }
}
