package dev.fettle.integration.reward;

import dev.fettle.reward.NamedReward;
import dev.fettle.sample.Completion;
import java.util.List;

/** {@code reward: silence}: nothing to say is worth one. */
public final class Silence implements NamedReward {

  @Override
  public String type() {
    return "silence";
  }

  @Override
  public double[] score(List<Completion> completions) {
    return completions.stream().mapToDouble(c -> c.text().isBlank() ? 1 : 0).toArray();
  }
}
