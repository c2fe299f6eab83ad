package dev.fettle.harness.config;

import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;

/**
 * Section {@code train.earlyStopping}: training ends when the metric of {@code train.keepBest}, or
 * the evaluation's loss, no longer improves.
 *
 * @param patience evaluations in a row without a gain
 * @param minDelta the smallest gain that counts
 */
public record EarlyStopping(int patience, double minDelta) {

  static final Keys<EarlyStopping> KEYS =
      Keys.of(
          EarlyStopping.class,
          Key.size(
                  "patience",
                  Range.atLeast(1),
                  "so many evaluations in a row without a gain end the training")
              .otherwise(1)
              .also("early_stopping_patience"),
          Key.number("minDelta", Range.atLeast(0), "the smallest gain that counts")
              .otherwise(0.0)
              .also("early_stopping_threshold", "early_stopping_min_delta"));
}
