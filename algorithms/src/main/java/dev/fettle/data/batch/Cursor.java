package dev.fettle.data.batch;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A place in the stream of batches, small enough for a checkpoint's JSON.
 *
 * @param epoch passes over the rows completed before this place, from 0
 * @param index rows of this pass already given out
 * @param data fingerprint of the rows and their order; a cursor fits only the source it came from
 * @param state what else a source must know to go on from here, by name: a controller's
 *     coefficient, running statistics. Empty for planned rows
 */
public record Cursor(long epoch, long index, String data, Map<String, Double> state) {

  /** Checks that the place can exist; keeps a sorted copy of the state. */
  public Cursor {
    if (epoch < 0 || index < 0) {
      throw new IllegalArgumentException(
          "not a place in the data: epoch " + epoch + ", index " + index);
    }
    state = state == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(state));
  }

  /** A place among planned rows. */
  public Cursor(long epoch, long index, String data) {
    this(epoch, index, data, Map.of());
  }
}
