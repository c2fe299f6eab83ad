package dev.fettle.backend.onnxruntime;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnxruntime.OrtEnvironment;
import dev.fettle.backend.onnxruntime.device.CudaMemory;
import dev.fettle.backend.onnxruntime.device.HostMemory;
import dev.fettle.backend.onnxruntime.device.Memory;
import dev.fettle.backend.onnxruntime.lower.FlatProgram;
import dev.fettle.backend.onnxruntime.lower.Kernels;
import dev.fettle.backend.onnxruntime.lower.Lowered;
import dev.fettle.backend.onnxruntime.lower.ProgramLowering;
import dev.fettle.backend.onnxruntime.lower.SteadyWeights;
import dev.fettle.backend.onnxruntime.lower.Target;
import dev.fettle.ir.Value;
import dev.fettle.program.Passes;
import dev.fettle.program.Program;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Capabilities;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.DirectMemory;
import dev.fettle.spi.Executable;
import dev.fettle.spi.ExecutableStats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Programs as sessions of ONNX Runtime. */
final class OrtBackend implements Backend {
  /** Nodes from which on a run is worth recording. */
  private static final int WORTH_RECORDING = 64;

  private final OrtEnvironment environment;
  private final Device device;
  private final Target target;
  private final OrtState.Shared shared;
  private final SessionSettings settings;
  private final Residency residency;
  private final Packing packing = new Packing();
  private final HostWorkers workers;
  private final Capabilities capabilities;

  /** What is still open, in the order it was made. */
  private final Set<AutoCloseable> made = new LinkedHashSet<>();

  private boolean closed;

  /**
   * What a backend computes with.
   *
   * @param device where
   * @param target what programs are lowered for
   * @param memory that tensors lie in
   */
  record Place(Device device, Target target, Memory memory) {

    /** The CPU. */
    static Place cpu(OrtEnvironment environment, DirectMemory memory) {
      return new Place(Device.CPU, Target.CPU, new HostMemory(environment, memory));
    }

    /** A GPU, whose provider the runtime has loaded. */
    static Place gpu(Device device, SessionSettings settings) {
      return new Place(
          device, Target.CUDA, new CudaMemory(device.index(), settings.gpu().memoryLimit()));
    }
  }

  /**
   * Opens the backend.
   *
   * @param environment the runtime's
   * @param place where to compute
   * @param settings of every session
   * @param options how
   */
  OrtBackend(
      OrtEnvironment environment, Place place, SessionSettings settings, BackendOptions options) {
    this.environment = environment;
    this.shared = new OrtState.Shared(place.memory(), new AtomicLong());
    this.residency = new Residency(place.memory()::isRoomy);
    this.device = place.device();
    this.target = place.target();
    this.capabilities = new Kernels(target);
    this.settings = settings;
    this.workers = new HostWorkers(options.effectiveThreads());
  }

  @Override
  public String id() {
    return OrtProvider.ID;
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public DeviceState newState(String name) {
    requireOpen();
    OrtState state = new OrtState(shared, name, made::remove);
    made.add(state);
    return state;
  }

  @Override
  public Executable compile(Program program, CompileOptions options) {
    requireOpen();
    long start = System.nanoTime();
    Passes.Prepared prepared = Passes.prepare(program, capabilities, options.expandComposites());
    FlatProgram flat = ProgramLowering.flat(prepared.program(), target);
    Lowered lowered = ProgramLowering.lower(id(), flat.program(), target);
    options.dumpTo().ifPresent(dir -> dump(dir, prepared.program(), lowered));
    List<String> notes = new ArrayList<>(prepared.notes());
    notes.addAll(lowered.notes());
    ProgramSessions sessions =
        lowered.hasSession() ? sessions(flat.program(), lowered, options) : null;
    ExecutableStats stats =
        new ExecutableStats(
            prepared.program().graph().nodes().size(),
            (System.nanoTime() - start) / 1e6,
            0,
            prepared.program().aliased().size(),
            notes);
    OrtExecutable executable =
        new OrtExecutable(
            new OrtExecutable.LoadedProgram(
                environment,
                shared.memory(),
                prepared.program(),
                flat,
                lowered.withoutModel(),
                sessions,
                workers,
                stats,
                made::remove));
    made.add(executable);
    return executable;
  }

  private ProgramSessions sessions(Program program, Lowered lowered, CompileOptions options) {
    Set<String> read = new HashSet<>(program.stateIn().keySet());
    read.removeAll(program.stateOut().keySet());
    long bytes = 0;
    for (Map.Entry<String, Value> slot : program.stateIn().entrySet()) {
      bytes += read.contains(slot.getKey()) ? slot.getValue().type().bytes() : 0;
    }
    boolean packs = options.steadyState() && !device.isGpu() && bytes >= settings.packedFrom();
    Set<String> weights = packs ? SteadyWeights.among(lowered.model(), read) : Set.of();
    SessionMaker maker =
        new SessionMaker(
            environment,
            settings,
            shared.memory(),
            program.name(),
            new SessionMaker.Ways(lowered.tf32(), isRecordable(lowered)),
            lowered.model().toByteString(),
            Map.of());
    return new ProgramSessions(
        ModelSession.open(maker, residency, lowered.intermediateBytes()),
        new ProgramSessions.Steady(maker, residency, weights, packing));
  }

  /** Whether a run may be replayed as a graph: nothing in it is decided as it runs. */
  private boolean isRecordable(Lowered lowered) {
    GraphProto graph = lowered.model().getGraph();
    return device.isGpu()
        && settings.graphs()
        && graph.getNodeCount() >= WORTH_RECORDING
        && graph.getNodeList().stream().noneMatch(n -> n.getOpType().equals("If"));
  }

  private static void dump(Path directory, Program program, Lowered lowered) {
    String file = program.name().replaceAll("[^A-Za-z0-9._-]", "_");
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve(file + ".txt"), program.print());
      Files.write(directory.resolve(file + ".onnx"), lowered.model().toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot dump program " + program.name(), e);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("this backend is closed");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    List<AutoCloseable> open = new ArrayList<>(made);
    Collections.reverse(open);
    for (AutoCloseable one : open) {
      try {
        one.close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException("closing the ONNX Runtime backend failed", e);
      }
    }
    workers.close();
    shared.memory().close();
  }
}
