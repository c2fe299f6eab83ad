package dev.fettle.backend.onnxruntime;

import dev.fettle.backend.onnxruntime.device.Memory;
import dev.fettle.backend.onnxruntime.lower.FlatProgram;
import dev.fettle.ir.TensorType;
import dev.fettle.program.Slot;
import dev.fettle.spi.DeviceFailureException;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Slots in memory that the runtime reads and writes without copying. */
final class OrtState implements DeviceState {
  private final Memory memory;
  private final AtomicLong clock;
  private final String name;
  private final Map<String, OrtSlot> slots = new LinkedHashMap<>();

  /** Slots half written by a failed run, to the elements from the first on that are right again. */
  private final Map<String, Long> broken = new TreeMap<>();

  private final SlotRows rows;
  private final Consumer<OrtState> whenClosed;
  private boolean closed;

  /**
   * What the states of a backend share.
   *
   * @param memory that slots are taken from
   * @param clock counts the changes of slots
   */
  record Shared(Memory memory, AtomicLong clock) {}

  /**
   * An empty state.
   *
   * @param shared what the states of a backend share
   * @param name for messages
   * @param whenClosed told once
   */
  OrtState(Shared shared, String name, Consumer<OrtState> whenClosed) {
    this.memory = shared.memory();
    this.clock = shared.clock();
    this.rows = new SlotRows(memory, clock);
    this.name = name;
    this.whenClosed = whenClosed;
  }

  @Override
  public void allocate(Slot slot) {
    allocate(List.of(slot));
  }

  @Override
  public void allocate(List<Slot> wanted) {
    requireOpen();
    Set<String> names = new HashSet<>(slots.keySet());
    for (Slot slot : wanted) {
      if (!names.add(slot.name())) {
        throw new IllegalArgumentException(
            "state " + name + " has a slot " + slot.name() + " already");
      }
    }
    requireSmall(wanted);
    long bytes = wanted.stream().mapToLong(s -> s.type().bytes()).sum();
    String what =
        wanted.size() == 1
            ? "slot " + wanted.get(0).name() + " of state " + name
            : "state " + name + " (" + wanted.size() + " slots)";
    memory.require(what, bytes);
    Map<String, OrtSlot> made = new LinkedHashMap<>();
    try {
      wanted.forEach(slot -> made.put(slot.name(), new OrtSlot(memory, slot, clock)));
    } catch (RuntimeException e) {
      made.values().forEach(OrtSlot::close);
      throw e;
    }
    slots.putAll(made);
  }

  private void requireSmall(List<Slot> wanted) {
    List<String> large =
        wanted.stream()
            .filter(s -> s.type().bytes() > memory.largest())
            .map(s -> s.name() + " (" + s.type() + ", " + s.type().bytes() + " bytes)")
            .toList();
    if (!large.isEmpty()) {
      throw new DeviceFailureException(
          "state "
              + name
              + ": the onnxruntime backend holds at most 2 GiB in one tensor, which is what its"
              + " Java interface takes; these are larger: "
              + String.join(", ", large)
              + ". Choose backend tensorflow",
          null);
    }
  }

  @Override
  public void upload(String slot, HostTensor tensor) {
    OrtSlot target = find(slot);
    if (!tensor.fits(target.slot().type())) {
      throw new IllegalArgumentException(
          "slot "
              + slot
              + " of state "
              + name
              + " is "
              + target.slot().type()
              + ", given "
              + tensor);
    }
    target.changing();
    target.current().put(0, tensor);
    broken.remove(slot);
  }

  @Override
  public void upload(String slot, long from, HostTensor part) {
    OrtSlot target = find(slot);
    Pieces.check(target.slot(), from, part);
    target.changing();
    target.current().put(from, part);
    Long mended = broken.get(slot);
    if (mended != null) {
      long next = from == 0 || from == mended ? from + part.elements() : 0;
      if (next < target.slot().type().shape().elements()) {
        broken.put(slot, next);
      } else {
        broken.remove(slot);
      }
    }
  }

  @Override
  public HostTensor download(String slot, long from, int count) {
    OrtSlot source = find(slot);
    Pieces.check(source.slot(), from, count);
    requireWhole(Set.of(slot));
    return source.current().part(from, count);
  }

  @Override
  public HostTensor download(String slot) {
    OrtSlot source = find(slot);
    requireWhole(Set.of(slot));
    return source.current().whole();
  }

  @Override
  public void release(String slot) {
    OrtSlot gone = find(slot);
    rows.forget();
    gone.close();
    slots.remove(slot);
    broken.remove(slot);
  }

  @Override
  public List<Slot> slots() {
    requireOpen();
    return slots.values().stream().map(OrtSlot::slot).toList();
  }

  @Override
  public long bytes() {
    requireOpen();
    return slots.values().stream().mapToLong(s -> s.slot().type().bytes()).sum();
  }

  /** The slot a program calls by this name, checked against the program's type. */
  OrtSlot bound(String slot, TensorType type) {
    OrtSlot found = find(slot);
    TensorType own = found.slot().type();
    if (own.dtype() != type.dtype() || !Arrays.equals(own.shape().sizes(), type.shape().sizes())) {
      throw new IllegalArgumentException(
          "slot " + slot + " of state " + name + " is " + own + ", the program takes " + type);
    }
    return found;
  }

  /** The pieces of the rows that a program sees slots in, by their names. */
  Map<String, OrtSlot> rows(FlatProgram program) {
    return rows.of(program, this::find);
  }

  private OrtSlot find(String slot) {
    requireOpen();
    OrtSlot found = slots.get(slot);
    if (found == null) {
      throw new IllegalArgumentException(
          "state " + name + " has no slot " + slot + "; it has " + slots.keySet());
    }
    return found;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("state " + name + " is closed");
    }
  }

  /** Fails if a run that was updating one of the slots in place broke off. */
  void requireWhole(Set<String> wanted) {
    for (String slot : wanted) {
      if (broken.containsKey(slot)) {
        throw new IllegalStateException(
            "slot "
                + slot
                + " of state "
                + name
                + " was left half written by a failed run; upload it again (from a checkpoint)");
      }
    }
  }

  /** Says that slots have been written from end to end. */
  void markWhole(Set<String> written) {
    broken.keySet().removeAll(written);
  }

  /** Says that slots hold a mixture of old and new contents. */
  void markBroken(Set<String> halfWritten) {
    halfWritten.forEach(slot -> broken.put(slot, 0L));
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      rows.forget();
      slots.values().forEach(OrtSlot::close);
      slots.clear();
      whenClosed.accept(this);
    }
  }
}
