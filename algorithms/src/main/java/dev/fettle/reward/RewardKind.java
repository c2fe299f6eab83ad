package dev.fettle.reward;

import dev.fettle.settings.Keys;

/**
 * A reward function that a configuration can name, with options of its own. An application's are
 * registered as a service in {@code META-INF/services/dev.fettle.reward.RewardKind}, or given to
 * {@link Rewards#with}; one without options is simplest as a {@link NamedReward}.
 *
 * @param <S> its options
 */
public interface RewardKind<S extends Record> {

  /** Its name in a configuration, as in {@code exact-match}. */
  String type();

  /** Its options. {@code type}, {@code weight} and {@code name} are keys that all have. */
  Keys<S> keys();

  /** The function with these options. */
  RewardFunction function(S options);
}
