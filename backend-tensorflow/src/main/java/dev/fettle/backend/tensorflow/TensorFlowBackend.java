package dev.fettle.backend.tensorflow;

import com.google.protobuf.ByteString;
import dev.fettle.backend.tensorflow.lower.ProgramLowering;
import dev.fettle.backend.tensorflow.lower.ProgramLowering.Lowered;
import dev.fettle.backend.tensorflow.lower.Target;
import dev.fettle.program.Passes;
import dev.fettle.program.Passes.Prepared;
import dev.fettle.program.Program;
import dev.fettle.spi.Backend;
import dev.fettle.spi.Capabilities;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.proto.AttrValue;

/**
 * One graph, one session, and the states and programs that live in them. Not thread-safe.
 *
 * <p>A graph only grows, and a session goes through all of it whenever it meets a new combination
 * of ends; so both are made anew whenever the last state and the last program are closed, and
 * whenever most of the graph belongs to closed programs and freed slots.
 */
final class TensorFlowBackend implements Backend {
  private final Capabilities capabilities;
  private final Target target;
  private final SessionConfig config;
  private final Optional<GpuRuns> gpu;
  private final Optional<Path> profile;
  private final List<TensorFlowState> states = new ArrayList<>();
  private final List<TensorFlowExecutable> executables = new ArrayList<>();
  private TensorFlowRuntime runtime;
  private boolean closed;

  /**
   * Opens a session.
   *
   * @param gpu what holds for runs there; empty on the CPU
   */
  TensorFlowBackend(SessionConfig config, TensorFlowSettings settings, Optional<GpuRuns> gpu) {
    this.target = gpu.isPresent() ? Target.GPU : Target.CPU;
    this.capabilities = new TensorFlowCapabilities(settings, target);
    this.config = config;
    this.profile = settings.profile();
    this.gpu = gpu;
    this.runtime = new TensorFlowRuntime(config);
  }

  @Override
  public String id() {
    return TensorFlowProvider.ID;
  }

  @Override
  public Device device() {
    return config.device();
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public DeviceState newState(String name) {
    requireOpen();
    renewIfEmpty();
    TensorFlowState state = new TensorFlowState(this, name);
    states.add(state);
    return state;
  }

  @Override
  public Executable compile(Program program, CompileOptions options) {
    requireOpen();
    long start = System.nanoTime();
    Prepared prepared = Passes.prepare(program, capabilities, options.expandComposites());
    Lowered lowered = ProgramLowering.lower(prepared.program(), target);
    options.dumpTo().ifPresent(directory -> dump(directory, prepared.program(), lowered));
    double millis = (System.nanoTime() - start) / 1e6;
    List<String> notes = new ArrayList<>(prepared.notes());
    notes.addAll(lowered.notes());
    TensorFlowExecutable executable =
        new TensorFlowExecutable(this, prepared.program(), lowered, notes, millis);
    renewIfEmpty();
    executables.add(executable);
    return executable;
  }

  private static void dump(Path directory, Program program, Lowered lowered) {
    String base = program.name().replaceAll("[^A-Za-z0-9_.-]", "_");
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve(base + ".txt"), program.print());
      Files.write(directory.resolve(base + ".pb"), lowered.graph().toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the dump of " + program.name(), e);
    }
  }

  /** What holds for runs on a GPU; empty on the CPU. */
  Optional<GpuRuns> gpu() {
    return gpu;
  }

  /** Where traces of runs go. */
  Optional<Path> profile() {
    return profile;
  }

  TensorFlowRuntime runtime() {
    return runtime;
  }

  private void renewIfEmpty() {
    if (states.isEmpty() && executables.isEmpty() && runtime.isUsed()) {
      runtime.close();
      runtime = new TensorFlowRuntime(config);
    }
  }

  /** Moves to a new session with what is alive, once most of the graph is not. */
  void moveIfMostlyGone() {
    if (runtime.isMostlyGone()) {
      TensorFlowRuntime next = new TensorFlowRuntime(config);
      states.forEach(s -> s.move(runtime, next));
      runtime.close();
      runtime = next;
    }
  }

  /** Requires that a state could grow by so many bytes beside the others. */
  void requireRoom(String what, long bytes) {
    long before = states.stream().mapToLong(TensorFlowState::bytes).sum();
    gpu.ifPresent(g -> g.require(what, before + bytes));
  }

  void forget(TensorFlowState state) {
    states.remove(state);
  }

  void forget(TensorFlowExecutable executable) {
    executables.remove(executable);
  }

  /** The state as one of this backend's own. */
  TensorFlowState ownState(DeviceState state) {
    requireOpen();
    if (state instanceof TensorFlowState own && states.contains(own)) {
      return own;
    }
    throw new IllegalArgumentException("the state was not made by this backend");
  }

  static AttrValue string(String text) {
    return AttrValue.newBuilder().setS(ByteString.copyFromUtf8(text)).build();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the tensorflow backend is closed");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      List.copyOf(executables).forEach(TensorFlowExecutable::close);
      List.copyOf(states).forEach(TensorFlowState::close);
      runtime.close();
    }
  }
}
