package dev.fettle.spi;

import dev.fettle.program.Slot;
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
