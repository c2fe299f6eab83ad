package dev.fettle.harness.model;

import dev.fettle.harness.wiring.Resources;
import dev.fettle.models.head.RewardHead;
import dev.fettle.models.head.RewardScale;
import dev.fettle.reward.RewardEntry;
import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.Rewards;
import dev.fettle.reward.WeightedRewards;
import dev.fettle.settings.ConfigException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes one function of what a configuration rewards.
 *
 * @param functions there are
 * @param models opens reward models
 * @param resources closes functions that hold something
 */
record RewardOpening(Rewards functions, Models models, Resources resources) {

  /** Opens reward models, and closes them when its time is over. */
  @FunctionalInterface
  interface Models {
    RewardFunction open(RewardEntry.Model model);
  }

  /** Functions first: a name that is wrong is found before weights are read. */
  WeightedRewards open(List<RewardEntry> entries) {
    List<Optional<RewardFunction>> found = new ArrayList<>();
    for (RewardEntry entry : entries) {
      found.add(entry.model().isPresent() ? Optional.empty() : Optional.of(owned(entry)));
    }
    List<WeightedRewards.Part> parts = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      RewardEntry entry = entries.get(i);
      RewardFunction function =
          found.get(i).orElseGet(() -> models.open(entry.model().orElseThrow()));
      parts.add(new WeightedRewards.Part(entry.label(), entry.weight(), function));
    }
    return new WeightedRewards(parts);
  }

  private RewardFunction owned(RewardEntry entry) {
    RewardFunction function = functions.function(entry);
    if (function instanceof AutoCloseable held) {
      resources.own(held);
    }
    return function;
  }

  /**
   * The scale that the rewards of a model are counted on.
   *
   * @throws ConfigException if it is asked for, but nobody has measured it
   */
  static Optional<RewardScale> scale(Path model, RewardHead head, boolean normalise) {
    if (normalise && head.scale().isEmpty()) {
      throw ConfigException.about(
          "normalise",
          "is asked for, but "
              + model
              + " has no mean and deviation of its rewards (fettle_reward_mean, fettle_reward_std"
              + " in its config); train it with this version, or leave it out");
    }
    return normalise ? head.scale() : Optional.empty();
  }
}
