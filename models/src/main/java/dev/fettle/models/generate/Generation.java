package dev.fettle.models.generate;

import java.util.Arrays;

/**
 * A generated sequence.
 *
 * @param ids the new tokens, the prompt's not among them
 * @param stopped true where it ended with a stop token or by a {@link StopCondition}, false where
 *     it ran into the limit
 */
@SuppressWarnings("ArrayRecordComponent") // equality is defined below; the array is handed over
public record Generation(int[] ids, boolean stopped) {

  @Override
  public boolean equals(Object other) {
    return other instanceof Generation g && g.stopped == stopped && Arrays.equals(g.ids, ids);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return Arrays.toString(ids) + (stopped ? "" : "...");
  }
}
