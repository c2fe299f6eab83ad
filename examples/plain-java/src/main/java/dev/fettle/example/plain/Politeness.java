package dev.fettle.example.plain;

import dev.fettle.reward.NamedReward;
import dev.fettle.sample.Completion;
import java.util.List;

// docs:begin reward-function
/** One point for thanks; nothing is said of an empty answer. */
public final class Politeness implements NamedReward {

  @Override
  public String type() {
    return "polite";
  }

  @Override
  public double[] score(List<Completion> completions) {
    return completions.stream().mapToDouble(Politeness::reward).toArray();
  }

  private static double reward(Completion answer) {
    if (answer.text().isBlank()) {
      return Double.NaN;
    }
    return answer.text().contains("thank") ? 1 : 0;
  }
}
// docs:end
