package dev.fettle.reward.function;

import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.RewardKind;
import dev.fettle.settings.Keys;

/**
 * A function whose options are itself.
 *
 * @param <S> the function
 */
record Named<S extends Record & RewardFunction>(String type, Keys<S> keys)
    implements RewardKind<S> {

  @Override
  public RewardFunction function(S options) {
    return options;
  }
}
