package dev.fettle.settings;

import java.util.Optional;

/**
 * A key of one stage of a recipe that refers to an earlier one.
 *
 * @param key as in {@code model.path}
 * @param stage the earlier stage
 * @param inside the path below its directory; empty for its finished model
 * @param as what is wanted there
 */
public record StageUse(String key, String stage, Optional<String> inside, As as) {

  /** What a key wants where a stage may stand. */
  public enum As {
    /** A whole model. */
    MODEL,
    /** An adapter. */
    ADAPTER,
    /** A reward model, or an adapter that makes one of its base model. */
    REWARD_MODEL,
    /** Whatever is there. */
    ANYTHING
  }

  /** Whether it is the finished model of the stage. */
  public boolean finished() {
    return inside.isEmpty();
  }
}
