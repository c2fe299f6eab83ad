package dev.fettle.backend.reference;

import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import dev.fettle.program.Slot;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Slots as elements, which are replaced as a whole and never changed. */
final class ReferenceState implements DeviceState {
  private record Entry(Slot slot, Elements elements) {}

  private final String name;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Consumer<ReferenceState> whenClosed;
  private boolean closed;

  /** An empty state; {@code whenClosed} is told once. */
  ReferenceState(String name, Consumer<ReferenceState> whenClosed) {
    this.name = name;
    this.whenClosed = whenClosed;
  }

  @Override
  public void allocate(Slot slot) {
    requireOpen();
    if (entries.containsKey(slot.name())) {
      throw new IllegalArgumentException(
          "state " + name + " has a slot " + slot.name() + " already");
    }
    entries.put(slot.name(), new Entry(slot, Elements.zeros(slot.type())));
  }

  @Override
  public void upload(String slot, HostTensor tensor) {
    Entry entry = entry(slot);
    if (!tensor.fits(entry.slot().type())) {
      throw new IllegalArgumentException(
          "slot " + slot + " is " + entry.slot().type() + "; it cannot take " + tensor);
    }
    entries.put(slot, new Entry(entry.slot(), Elements.copyOf(tensor)));
  }

  @Override
  public void upload(String slot, long from, HostTensor part) {
    Entry entry = entry(slot);
    Pieces.check(entry.slot(), from, part);
    Elements next = entry.elements().copy();
    Elements.copyOf(part).copyTo(0, next, Math.toIntExact(from), Math.toIntExact(part.elements()));
    entries.put(slot, new Entry(entry.slot(), next));
  }

  @Override
  public HostTensor download(String slot, long from, int count) {
    Entry entry = entry(slot);
    Pieces.check(entry.slot(), from, count);
    DType dtype = entry.slot().type().dtype();
    Elements part = Elements.zeros(dtype, count);
    entry.elements().copyTo(Math.toIntExact(from), part, 0, count);
    HostTensor copy = HostTensor.allocate(dtype, count);
    part.write(copy);
    return copy;
  }

  @Override
  public HostTensor download(String slot) {
    Entry entry = entry(slot);
    return entry.elements().toHost(entry.slot().type());
  }

  @Override
  public void release(String slot) {
    entries.remove(entry(slot).slot().name());
  }

  @Override
  public List<Slot> slots() {
    requireOpen();
    return entries.values().stream().map(Entry::slot).toList();
  }

  @Override
  public long bytes() {
    requireOpen();
    return entries.values().stream().mapToLong(e -> e.slot().type().bytes()).sum();
  }

  /** The contents of a slot, which must be of a type of the same sizes. */
  Elements read(String slot, TensorType type) {
    Entry entry = entry(slot);
    TensorType actual = entry.slot().type();
    if (actual.dtype() != type.dtype() || !actual.shape().sameSizes(type.shape())) {
      throw new IllegalArgumentException(
          "slot " + slot + " is " + actual + "; the program wants " + type);
    }
    return entry.elements();
  }

  /** Replaces the contents of slots that have been found to fit. */
  void replace(Map<String, Elements> contents) {
    contents.forEach((slot, e) -> entries.put(slot, new Entry(entry(slot).slot(), e)));
  }

  private Entry entry(String slot) {
    requireOpen();
    Entry entry = entries.get(slot);
    if (entry == null) {
      throw new IllegalArgumentException("state " + name + " has no slot " + slot);
    }
    return entry;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("state " + name + " is closed");
    }
  }

  @Override
  public void close() {
    closed = true;
    entries.clear();
    whenClosed.accept(this);
  }
}
