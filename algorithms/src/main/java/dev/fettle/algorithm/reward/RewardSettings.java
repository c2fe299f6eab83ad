package dev.fettle.algorithm.reward;

import dev.fettle.models.head.Pooling;
import dev.fettle.settings.AlgorithmSettings;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;

/**
 * Reward modelling.
 *
 * @param pooling from the scores of tokens to that of their sequence
 * @param centerRewardsCoefficient what the square of both rewards' sum counts, which keeps them
 *     around zero (2312.09244); 0.01 is usual
 */
public record RewardSettings(Pooling pooling, double centerRewardsCoefficient)
    implements AlgorithmSettings {

  /** The name in a configuration. */
  public static final String TYPE = "reward";

  /** Its keys in section {@code algorithm}. */
  public static final Keys<RewardSettings> KEYS =
      Keys.of(
          RewardSettings.class,
          Key.choice(
                  "pooling",
                  Pooling.class,
                  "from the scores of tokens to that of their sequence: that of the `last`, as"
                      + " transformers computes it, or the `mean` of all")
              .otherwise(Pooling.LAST),
          Key.number(
                  "centerRewardsCoefficient",
                  Range.atLeast(0),
                  "keeps rewards around zero; 0.01 is usual")
              .otherwise(0.0)
              .also("center_rewards_coefficient"));

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public boolean trainsReward() {
    return true;
  }

  @Override
  public Keys<RewardSettings> keys() {
    return KEYS;
  }
}
