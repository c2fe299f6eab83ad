package dev.fettle.algorithm.rl;

import dev.fettle.algorithm.a2c.A2cSettings;
import dev.fettle.algorithm.grpo.GrpoSettings;
import dev.fettle.algorithm.ppo.PpoSettings;
import dev.fettle.algorithm.reinforce.ReinforceSettings;
import dev.fettle.algorithm.rloo.RlooSettings;
import java.nio.file.Path;

/** Recipes as a configuration writes them; the reward is the test's own. */
final class Recipes {
  private Recipes() {}

  /**
   * Reads one.
   *
   * @param algorithm the section, its type first, without braces and reward
   */
  static RlRecipe of(Path directory, String algorithm) {
    int comma = algorithm.indexOf(',');
    String type = (comma < 0 ? algorithm : algorithm.substring(0, comma)).replace("type: ", "");
    String rest = comma < 0 ? "" : algorithm.substring(comma);
    String yaml = "{ reward: length" + rest + " }";
    return switch (type) {
      case "a2c" -> TinyRl.settings(A2cSettings.KEYS, directory, yaml).recipe();
      case "ppo" -> TinyRl.settings(PpoSettings.KEYS, directory, yaml).recipe();
      case "grpo" -> TinyRl.settings(GrpoSettings.KEYS, directory, yaml).recipe();
      case "rloo" -> TinyRl.settings(RlooSettings.KEYS, directory, yaml).recipe();
      case "reinforce" -> TinyRl.settings(ReinforceSettings.KEYS, directory, yaml).recipe();
      default -> throw new IllegalArgumentException(type);
    };
  }
}
