package dev.fettle.data;

import dev.fettle.data.read.RowOrigin;
import java.util.Arrays;
import java.util.Objects;

/**
 * One tokenised row.
 *
 * @param ids token ids, {@code [length]}
 * @param targetMask {@code [length]}: 1 at {@code i} where token {@code i} is predicted from those
 *     before it. Entry 0 is always 0, since nothing comes before it.
 * @param origin where the row came from
 */
// Millions of tokens pass through; equals is by content.
@SuppressWarnings("ArrayRecordComponent")
public record Example(int[] ids, byte[] targetMask, RowOrigin origin) implements Sized {

  /**
   * Checks that ids and mask belong together; clears the first entry of the mask.
   *
   * @throws IllegalArgumentException where they differ in length, or the mask is neither 0 nor 1
   */
  public Example {
    if (ids.length != targetMask.length) {
      throw new IllegalArgumentException(
          "ids and mask differ in length: " + ids.length + " and " + targetMask.length);
    }
    for (byte m : targetMask) {
      if (m != 0 && m != 1) {
        throw new IllegalArgumentException("a mask is of 0 and 1, not " + m);
      }
    }
    if (targetMask.length > 0 && targetMask[0] != 0) {
      targetMask = targetMask.clone();
      targetMask[0] = 0;
    }
  }

  @Override
  public int length() {
    return ids.length;
  }

  @Override
  public int targets() {
    int sum = 0;
    for (byte m : targetMask) {
      sum += m;
    }
    return sum;
  }

  /** A part of it: a sequence of its own, whose first token has nothing before it. */
  public Example stretch(int offset, int length) {
    Objects.checkFromIndexSize(offset, length, ids.length);
    if (length == ids.length) {
      return this;
    }
    return new Example(
        Arrays.copyOfRange(ids, offset, offset + length),
        Arrays.copyOfRange(targetMask, offset, offset + length),
        origin);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Example that
        && Arrays.equals(ids, that.ids)
        && Arrays.equals(targetMask, that.targetMask)
        && origin.equals(that.origin);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return "Example[" + origin + ", " + ids.length + " tokens, " + targets() + " targets]";
  }
}
