package dev.fettle.algorithm.preference;

import dev.fettle.settings.Key;
import dev.fettle.settings.Keys;
import dev.fettle.settings.Range;

/**
 * A reference that follows the policy: TR-DPO (2404.09656, eq. 5). After every so many steps it
 * becomes {@code mixup} of the policy and {@code 1 - mixup} of what it was. Defaults are TRL's.
 *
 * @param every steps from one change to the next
 * @param mixup the policy's part; 1 makes the reference the policy
 */
public record SyncSettings(int every, double mixup) {

  /** Its keys. */
  public static final Keys<SyncSettings> KEYS =
      Keys.of(
          SyncSettings.class,
          Key.size("every", Range.atLeast(1), "steps from one change to the next")
              .otherwise(512)
              .also("ref_model_sync_steps"),
          Key.number("mixup", Range.above(0).atMost(1), "the policy's part of the new reference")
              .otherwise(0.6)
              .also("ref_model_mixup_alpha"));
}
