package dev.fettle.integration.reward;

import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.RewardKind;
import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;

/** {@code reward: { type: shouting, price: 2 }}: what each capital letter costs. */
public final class Shouting implements RewardKind<Shouting.Options> {

  /**
   * Its options.
   *
   * @param price of a capital letter
   */
  public record Options(double price) {
    static final Keys<Options> KEYS =
        Keys.of(
            Options.class,
            Key.number("price", Range.atLeast(0), "of a capital letter").otherwise(1.0));
  }

  @Override
  public String type() {
    return "shouting";
  }

  @Override
  public Keys<Options> keys() {
    return Options.KEYS;
  }

  @Override
  public RewardFunction function(Options options) {
    return RewardFunction.ofEach(
        c -> 0 - options.price() * c.text().chars().filter(Character::isUpperCase).count());
  }
}
