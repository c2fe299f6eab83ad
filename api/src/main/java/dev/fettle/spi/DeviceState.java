package dev.fettle.spi;

import dev.fettle.program.Slot;
import java.util.ArrayList;
import java.util.List;

/**
 * Named tensors that live on a device between runs: parameters, gradients, moments, caches.
 *
 * <p>Owned by whoever asked for it; close it before its backend. Operations fail with {@link
 * IllegalStateException} after that.
 */
public interface DeviceState extends AutoCloseable {

  /** Makes a slot of zeros. Fails with {@link IllegalArgumentException} if the name is taken. */
  void allocate(Slot slot);

  /**
   * Makes several slots of zeros, or none: whatever can be known not to fit is refused before the
   * first is made.
   *
   * @throws IllegalArgumentException if a name is taken or given twice
   * @throws DeviceFailureException if there is no room for them, with the bytes needed and there
   */
  default void allocate(List<Slot> slots) {
    List<Slot> made = new ArrayList<>();
    try {
      for (Slot slot : slots) {
        allocate(slot);
        made.add(slot);
      }
    } catch (RuntimeException e) {
      made.forEach(slot -> release(slot.name()));
      throw e;
    }
  }

  /** Replaces the contents of a slot; the tensor is copied, its size and type must fit. */
  void upload(String slot, HostTensor tensor);

  /**
   * Replaces elements of a slot from one on, in row-major order: a slot may be larger than a host
   * tensor can be. A slot that a failed run has left half written is whole again after parts that
   * begin at 0 and follow each other to its end.
   *
   * @param part of the slot's element type; its sizes do not matter
   * @throws IllegalArgumentException if it does not fit, naming the slot
   */
  void upload(String slot, long from, HostTensor part);

  /** A copy of the contents of a slot, as they are now. */
  HostTensor download(String slot);

  /**
   * A copy of some elements of a slot that follow each other in row-major order, as a vector.
   *
   * @throws IllegalArgumentException if there are not so many, naming the slot
   */
  HostTensor download(String slot, long from, int count);

  /** Frees a slot. */
  void release(String slot);

  /** The slots, in the order of their allocation. */
  List<Slot> slots();

  /** Bytes all slots take on the device. */
  long bytes();

  @Override
  void close();
}
