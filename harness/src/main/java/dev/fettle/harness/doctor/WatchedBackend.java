package dev.fettle.harness.doctor;

import dev.fettle.program.Program;
import dev.fettle.spi.Backend;
import dev.fettle.spi.Capabilities;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Another backend, of which it is remembered what it compiled. */
final class WatchedBackend implements Backend {
  private final Backend backend;
  private final List<Executable> compiled = new ArrayList<>();

  WatchedBackend(Backend backend) {
    this.backend = backend;
  }

  /** How many operations of all these programs run on which device, where that can be told. */
  Map<String, Integer> placement() {
    Map<String, Integer> all = new TreeMap<>();
    for (Executable e : compiled) {
      e.stats().placement().forEach((device, n) -> all.merge(device, n, Integer::sum));
    }
    return all;
  }

  @Override
  public String id() {
    return backend.id();
  }

  @Override
  public Device device() {
    return backend.device();
  }

  @Override
  public Capabilities capabilities() {
    return backend.capabilities();
  }

  @Override
  public DeviceState newState(String name) {
    return backend.newState(name);
  }

  @Override
  public Executable compile(Program program, CompileOptions options) {
    Executable made = backend.compile(program, options);
    compiled.add(made);
    return made;
  }

  @Override
  public void close() {
    backend.close();
  }
}
