package dev.fettle.backend.reference;

import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.ir.op.Op;
import dev.fettle.program.Passes;
import dev.fettle.program.Program;
import dev.fettle.spi.Backend;
import dev.fettle.spi.Capabilities;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.support.Lowerings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Interprets programs. Closing it closes the states and executables it made. */
final class ReferenceBackend implements Backend {
  private final int threads;
  private final Lowerings<Frame> kernels = Kernels.table();
  private final Set<ReferenceState> states = new LinkedHashSet<>();
  private final Set<ReferenceExecutable> executables = new LinkedHashSet<>();
  private boolean closed;

  ReferenceBackend(int threads) {
    this.threads = threads;
  }

  @Override
  public String id() {
    return ReferenceProvider.ID;
  }

  @Override
  public Device device() {
    return Device.CPU;
  }

  /** No composite, every float type. */
  private enum All implements Capabilities {
    PRIMITIVES;

    @Override
    public boolean composite(CompositeOp op, List<TensorType> inputs) {
      return false;
    }

    @Override
    public boolean computes(Op op, DType dtype) {
      return true;
    }

    @Override
    public boolean bf16Matmul() {
      return false;
    }
  }

  @Override
  public Capabilities capabilities() {
    return All.PRIMITIVES;
  }

  @Override
  public DeviceState newState(String name) {
    requireOpen();
    ReferenceState state = new ReferenceState(name, states::remove);
    states.add(state);
    return state;
  }

  @Override
  public Executable compile(Program program, CompileOptions options) {
    requireOpen();
    long start = System.nanoTime();
    Passes.Prepared prepared = Passes.prepare(program, capabilities(), options.expandComposites());
    kernels.require(id(), prepared.program());
    options.dumpTo().ifPresent(dir -> dump(prepared.program(), dir));
    double millis = (System.nanoTime() - start) / 1e6;
    ReferenceExecutable executable =
        new ReferenceExecutable(
            new ReferenceExecutable.PreparedProgram(
                kernels, prepared, threads, millis, executables::remove));
    executables.add(executable);
    return executable;
  }

  private static void dump(Program program, Path directory) {
    Path file = directory.resolve(program.name().replaceAll("[^A-Za-z0-9._-]", "_") + ".txt");
    try {
      Files.createDirectories(directory);
      Files.writeString(file, program.print());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the reference backend is closed");
    }
  }

  @Override
  public void close() {
    closed = true;
    List.copyOf(executables).forEach(ReferenceExecutable::close);
    List.copyOf(states).forEach(ReferenceState::close);
  }
}
