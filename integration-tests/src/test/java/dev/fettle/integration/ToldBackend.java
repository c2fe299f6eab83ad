package dev.fettle.integration;

import dev.fettle.program.Program;
import dev.fettle.spi.Backend;
import dev.fettle.spi.Capabilities;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.ExecutableStats;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** A backend that prints where the operations of what it has compiled run. */
final class ToldBackend implements Backend {
  private final Backend backend;
  private final Map<String, ExecutableStats> compiled = new LinkedHashMap<>();

  ToldBackend(Backend backend) {
    this.backend = backend;
  }

  /** A line for each program. */
  void tell() {
    compiled.forEach(
        (name, stats) ->
            System.out.println("placed " + name + " " + new TreeMap<>(stats.placement())));
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
    compiled.put(program.name(), made.stats());
    return made;
  }

  @Override
  public void close() {
    backend.close();
  }
}
