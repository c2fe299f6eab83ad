package dev.fettle.spi.support;

import dev.fettle.ir.TensorType;
import dev.fettle.program.Program;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.Capabilities;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.ExecutableStats;
import dev.fettle.spi.HostTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A backend that serves one thread at a time, as a backend may, and says so to a second one: a call
 * of it, its states, programs or results while another is running is an {@link
 * IllegalStateException} that names the thread. They share one guard, as they share memory.
 */
public final class SoleUseBackend implements Backend {
  private final Backend inner;
  private final SoleUse guard;

  /** Guards a backend, and closes it in the end. */
  public SoleUseBackend(Backend inner) {
    this.inner = inner;
    this.guard = new SoleUse("the " + inner.id() + " backend");
  }

  @Override
  public String id() {
    return inner.id();
  }

  @Override
  public Device device() {
    return inner.device();
  }

  @Override
  public Capabilities capabilities() {
    return inner.capabilities();
  }

  @Override
  public DeviceState newState(String name) {
    return guard.call(() -> new GuardedState(inner.newState(name), guard));
  }

  @Override
  public Executable compile(Program program, CompileOptions options) {
    return guard.call(() -> new GuardedExecutable(inner.compile(program, options), guard));
  }

  @Override
  public void close() {
    guard.run(() -> inner.close());
  }

  private record GuardedExecutable(Executable inner, SoleUse guard) implements Executable {

    @Override
    public Program program() {
      return inner.program();
    }

    @Override
    public ExecutableStats stats() {
      return inner.stats();
    }

    @Override
    public Map<String, DeviceTensor> run(DeviceState state, Map<String, HostTensor> inputs) {
      DeviceState own = state instanceof GuardedState guarded ? guarded.inner : state;
      Map<String, DeviceTensor> results = new LinkedHashMap<>();
      guard
          .call(() -> inner.run(own, inputs))
          .forEach((name, result) -> results.put(name, new GuardedTensor(result, guard)));
      return results;
    }

    @Override
    public void close() {
      guard.run(() -> inner.close());
    }
  }

  private record GuardedTensor(DeviceTensor inner, SoleUse guard) implements DeviceTensor {

    @Override
    public TensorType type() {
      return inner.type();
    }

    @Override
    public HostTensor toHost() {
      return guard.call(() -> inner.toHost());
    }

    @Override
    public double item() {
      return guard.call(() -> inner.item());
    }

    @Override
    public void close() {
      guard.run(() -> inner.close());
    }
  }

  private record GuardedState(DeviceState inner, SoleUse guard) implements DeviceState {

    @Override
    public void allocate(Slot slot) {
      guard.run(() -> inner.allocate(slot));
    }

    @Override
    public void allocate(List<Slot> slots) {
      guard.run(() -> inner.allocate(slots));
    }

    @Override
    public void upload(String slot, HostTensor tensor) {
      guard.run(() -> inner.upload(slot, tensor));
    }

    @Override
    public void upload(String slot, long from, HostTensor part) {
      guard.run(() -> inner.upload(slot, from, part));
    }

    @Override
    public HostTensor download(String slot) {
      return guard.call(() -> inner.download(slot));
    }

    @Override
    public HostTensor download(String slot, long from, int count) {
      return guard.call(() -> inner.download(slot, from, count));
    }

    @Override
    public void release(String slot) {
      guard.run(() -> inner.release(slot));
    }

    @Override
    public List<Slot> slots() {
      return guard.call(() -> inner.slots());
    }

    @Override
    public long bytes() {
      return guard.call(() -> inner.bytes());
    }

    @Override
    public void close() {
      guard.run(() -> inner.close());
    }
  }
}
