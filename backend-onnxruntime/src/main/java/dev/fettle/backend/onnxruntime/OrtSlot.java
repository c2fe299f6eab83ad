package dev.fettle.backend.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.fettle.program.Slot;
import dev.fettle.spi.DeviceFailureException;
import dev.fettle.spi.HostTensor;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one slot: a direct buffer and the runtime's tensor over it, and a second pair once
 * a program writes the slot while it still reads the old contents.
 */
final class OrtSlot implements AutoCloseable {
  private final OrtEnvironment environment;
  private final Slot slot;
  private final AtomicLong clock;
  private final Set<ProgramSessions> packedIn = new LinkedHashSet<>();
  private long version;
  private Bound current;
  private @Nullable Bound spare;

  /**
   * A buffer and the tensor over it.
   *
   * @param host the elements
   * @param tensor the same, as the runtime sees them
   */
  record Bound(HostTensor host, OnnxTensor tensor) implements AutoCloseable {

    /** A new buffer of zeros. */
    static Bound allocate(OrtEnvironment environment, Slot slot) {
      HostTensor host = HostTensor.allocate(slot.type());
      try {
        return new Bound(host, OrtSlot.tensor(environment, host));
      } catch (OrtException e) {
        throw new DeviceFailureException(
            "slot " + slot.name() + " was not accepted by ONNX Runtime: " + e.getMessage(), e);
      }
    }

    @Override
    public void close() {
      tensor.close();
    }
  }

  /**
   * A slot of zeros.
   *
   * @param environment the runtime's
   * @param slot name and type
   * @param clock counts the changes of all slots of the backend
   */
  OrtSlot(OrtEnvironment environment, Slot slot, AtomicLong clock) {
    this.environment = environment;
    this.slot = slot;
    this.clock = clock;
    this.version = clock.incrementAndGet();
    this.current = Bound.allocate(environment, slot);
  }

  /** A tensor of the runtime over the elements of ours; nothing is copied. */
  static OnnxTensor tensor(OrtEnvironment environment, HostTensor host) throws OrtException {
    ByteBuffer bytes = host.bytes();
    return OnnxTensor.createTensor(
        environment, bytes, host.sizes(), ElementTypes.java(host.dtype()));
  }

  Slot slot() {
    return slot;
  }

  /** A number no other contents of any slot of this backend have. */
  long version() {
    return version;
  }

  /** Notes that a program keeps a copy, of which it lets go before the contents change or go. */
  void keptBy(ProgramSessions program) {
    packedIn.add(program);
  }

  /** The opposite. */
  void leftBy(ProgramSessions program) {
    packedIn.remove(program);
  }

  /** To be called before the contents change. */
  void changing() {
    version = clock.incrementAndGet();
    List.copyOf(packedIn).forEach(ProgramSessions::unpack);
  }

  /** What the slot holds now. */
  Bound current() {
    return current;
  }

  /** Where the next contents go while the current ones are being read. */
  Bound spare() {
    Bound known = spare;
    if (known == null) {
      known = Bound.allocate(environment, slot);
      spare = known;
    }
    return known;
  }

  /** Bytes that making the spare would take. */
  long bytesForSpare() {
    return spare == null ? slot.type().bytes() : 0;
  }

  /** Makes the spare the current contents. */
  void swap() {
    Bound next = spare();
    spare = current;
    current = next;
  }

  @Override
  public void close() {
    changing();
    current.close();
    if (spare != null) {
      spare.close();
    }
  }
}
