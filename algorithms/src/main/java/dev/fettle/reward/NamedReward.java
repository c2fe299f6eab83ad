package dev.fettle.reward;

import dev.fettle.settings.Keys;

/** A reward function with a name and no options: a {@link RewardKind} of itself. */
public interface NamedReward extends RewardFunction, RewardKind<NamedReward.NoOptions> {

  /** Nothing to be told. */
  record NoOptions() {}

  /** None. */
  @Override
  default Keys<NoOptions> keys() {
    return Keys.of(NoOptions.class);
  }

  @Override
  default RewardFunction function(NoOptions options) {
    return this;
  }
}
