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

  /** A copy of the contents of a slot, as they are now. */
  HostTensor download(String slot);

  /** Frees a slot. */
  void release(String slot);

  /** The slots, in the order of their allocation. */
  List<Slot> slots();

  /** Bytes all slots take on the device. */
  long bytes();

  @Override
  void close();
}
