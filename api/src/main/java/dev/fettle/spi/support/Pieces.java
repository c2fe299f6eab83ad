package dev.fettle.spi.support;

import dev.fettle.ir.TensorType;
import dev.fettle.program.Slot;
import dev.fettle.spi.HostTensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A tensor in pieces of bounded size. One host tensor holds 2 GiB at most, and a large one is twice
 * in memory while it is copied; piece by piece there is no limit, and hardly more than the original
 * is needed.
 *
 * @param from its first element
 * @param count how many
 */
public record Pieces(long from, int count) {
  /** The most bytes of a piece. */
  public static final long MAX_BYTES = 256L << 20;

  /** The pieces of a tensor, in order; a small one has one. */
  public static List<Pieces> of(TensorType type) {
    return of(type.shape().elements(), (int) (MAX_BYTES / type.dtype().bytes()));
  }

  /** So many elements in pieces of at most {@code most}. */
  static List<Pieces> of(long elements, int most) {
    List<Pieces> pieces = new ArrayList<>();
    for (long at = 0; at < elements; at += most) {
      pieces.add(new Pieces(at, (int) Math.min(most, elements - at)));
    }
    return pieces;
  }

  /**
   * Checks that a slot has a range of elements.
   *
   * @throws IllegalArgumentException if it has not, naming the slot
   */
  public static void check(Slot slot, long from, long count) {
    if (from < 0 || count < 0 || from > slot.type().shape().elements() - count) {
      throw new IllegalArgumentException(
          "slot "
              + slot.name()
              + " is "
              + slot.type()
              + " and has no elements from "
              + from
              + " to "
              + (from + count));
    }
  }

  /**
   * Checks that a part fits into a slot.
   *
   * @throws IllegalArgumentException if it does not, naming the slot
   */
  public static void check(Slot slot, long from, HostTensor part) {
    check(slot, from, part.elements());
    if (part.dtype() != slot.type().dtype()) {
      throw new IllegalArgumentException(
          "slot " + slot.name() + " is " + slot.type() + "; it takes no elements of " + part);
    }
  }

  /** True where a tensor is better handled in pieces. */
  public static boolean pays(TensorType type) {
    return type.bytes() > MAX_BYTES;
  }
}
