package dev.fettle.data.batch;

/**
 * A place in the stream of batches, small enough for a checkpoint's JSON.
 *
 * @param epoch passes over the rows completed before this place, from 0
 * @param index rows of this pass already given out
 * @param data fingerprint of the rows and their order; a cursor fits only the source it came from
 */
public record Cursor(long epoch, long index, String data) {

  /** Checks that the place can exist. */
  public Cursor {
    if (epoch < 0 || index < 0) {
      throw new IllegalArgumentException(
          "not a place in the data: epoch " + epoch + ", index " + index);
    }
  }
}
