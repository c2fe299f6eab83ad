package dev.fettle.data.encode;

import org.jspecify.annotations.Nullable;

/**
 * What became of a row.
 *
 * @param <E> the kind of example
 * @param example the tokens kept, or null where the row is dropped
 * @param dropped why it is dropped, or null
 * @param truncated whether tokens were cut off
 * @param endLearnt whether a token that ends generation is a target among them
 */
public record Encoded<E>(
    @Nullable E example, @Nullable DropReason dropped, boolean truncated, boolean endLearnt) {

  /** A row that is left out. */
  public static <E> Encoded<E> drop(DropReason reason) {
    return new Encoded<>(null, reason, false, false);
  }
}
