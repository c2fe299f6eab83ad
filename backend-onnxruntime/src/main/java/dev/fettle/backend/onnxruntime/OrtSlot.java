package dev.fettle.backend.onnxruntime;

import dev.fettle.backend.onnxruntime.device.Cell;
import dev.fettle.backend.onnxruntime.device.Memory;
import dev.fettle.program.Slot;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one slot, and a second piece of it once a program writes the slot while it still
 * reads the old contents.
 */
final class OrtSlot implements AutoCloseable {
  private final Memory memory;
  private final Slot slot;
  private final AtomicLong clock;
  private final Set<ProgramSessions> packedIn = new LinkedHashSet<>();
  private long version;
  private Cell current;
  private boolean fixed;
  private @Nullable Cell spare;

  /**
   * A slot of zeros.
   *
   * @param memory where it is to lie
   * @param slot name and type
   * @param clock counts the changes of all slots of the backend
   */
  OrtSlot(Memory memory, Slot slot, AtomicLong clock) {
    this(memory, slot, clock, memory.allocate("slot " + slot.name(), slot.type()));
  }

  private OrtSlot(Memory memory, Slot slot, AtomicLong clock, Cell place) {
    this.memory = memory;
    this.slot = slot;
    this.clock = clock;
    this.version = clock.incrementAndGet();
    this.current = place;
  }

  /** A slot that is part of memory which others have slots in: it stays where it is. */
  static OrtSlot over(Memory memory, Slot slot, AtomicLong clock, Cell place) {
    OrtSlot part = new OrtSlot(memory, slot, clock, place);
    part.fixed = true;
    return part;
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
  Cell current() {
    return current;
  }

  /** Moves the contents to another place, where they stay from now on. */
  void moveTo(Cell place) {
    place.copyOf(current);
    current.close();
    current = place;
    fixed = true;
  }

  /** Where the next contents go while the current ones are being read. */
  Cell spare() {
    Cell known = spare;
    if (known == null) {
      known = memory.allocate("slot " + slot.name(), slot.type());
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
    Cell next = spare();
    if (fixed) {
      current.copyOf(next);
      return;
    }
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
