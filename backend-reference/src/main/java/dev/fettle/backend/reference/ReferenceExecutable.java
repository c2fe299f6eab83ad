package dev.fettle.backend.reference;

import dev.fettle.ir.Node;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Linalg.Matmul;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.program.Passes;
import dev.fettle.program.Program;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.ExecutableStats;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Lowerings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs the nodes of a program in their order, then replaces the slots it writes, all at once. */
final class ReferenceExecutable implements Executable {
  private final Lowerings<Frame> kernels;
  private final Program program;
  private final List<String> notes;
  private final int threads;
  private final double compileMillis;
  private final Consumer<ReferenceExecutable> whenClosed;
  private final List<List<Value>> lastReads;
  private final List<ReferenceTensor> results = new ArrayList<>();
  private long runs;
  private boolean closed;

  /**
   * What an executable is made of.
   *
   * @param kernels by operation
   * @param prepared the program after the passes
   * @param threads for matrix products
   * @param compileMillis how long compiling took
   * @param whenClosed told once
   */
  record PreparedProgram(
      Lowerings<Frame> kernels,
      Passes.Prepared prepared,
      int threads,
      double compileMillis,
      Consumer<ReferenceExecutable> whenClosed) {}

  ReferenceExecutable(PreparedProgram made) {
    this.kernels = made.kernels();
    this.program = made.prepared().program();
    this.threads = made.threads();
    this.compileMillis = made.compileMillis();
    this.whenClosed = made.whenClosed();
    this.notes = new ArrayList<>(made.prepared().notes());
    this.lastReads = lastReads(program);
    long rounded = program.graph().nodes().stream().filter(ReferenceExecutable::wantsBf16).count();
    if (rounded > 0) {
      notes.add("bf16 products computed in full precision: x" + rounded);
    }
  }

  private static boolean wantsBf16(Node node) {
    return node.op() instanceof Matmul m && m.precision() == Precision.BF16;
  }

  /** For each node, the values nobody wants after it. */
  private static List<List<Value>> lastReads(Program program) {
    Set<Value> wanted = new HashSet<>(program.outputs().values());
    wanted.addAll(program.stateOut().values());
    List<Node> nodes = program.graph().nodes();
    List<List<Value>> last = new ArrayList<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      List<Value> ending = new ArrayList<>();
      nodes.get(i).outputs().stream().filter(v -> !wanted.contains(v)).forEach(ending::add);
      for (Value v : nodes.get(i).inputs()) {
        if (wanted.add(v)) {
          ending.add(v);
        }
      }
      last.add(0, ending);
    }
    return last;
  }

  @Override
  public Program program() {
    return program;
  }

  @Override
  public ExecutableStats stats() {
    int nodes = program.graph().nodes().size();
    Map<String, Integer> placement = Map.of(Device.CPU.toString(), nodes);
    return new ExecutableStats(nodes, compileMillis, runs, 0, notes, placement);
  }

  @Override
  public Map<String, DeviceTensor> run(DeviceState state, Map<String, HostTensor> inputs) {
    if (closed) {
      throw new IllegalStateException("program " + program.name() + " is closed");
    }
    if (!(state instanceof ReferenceState here)) {
      throw new IllegalArgumentException(
          "program " + program.name() + " needs a state made by its own backend");
    }
    Frame frame = new Frame(threads);
    program.stateIn().forEach((slot, v) -> frame.put(v, here.read(slot, v.type())));
    program.stateOut().forEach((slot, v) -> here.read(slot, v.type()));
    program.inputs().forEach((name, v) -> frame.put(v, input(name, v.type(), inputs.get(name))));
    List<Node> nodes = program.graph().nodes();
    for (int i = 0; i < nodes.size(); i++) {
      kernels.emit(frame, nodes.get(i));
      lastReads.get(i).forEach(frame::drop);
    }
    Map<String, Elements> written = new LinkedHashMap<>();
    program.stateOut().forEach((slot, v) -> written.put(slot, frame.get(v)));
    here.replace(written);
    runs++;
    return outputs(frame);
  }

  private Elements input(String name, TensorType type, @Nullable HostTensor given) {
    if (given == null) {
      throw new IllegalArgumentException(
          "program " + program.name() + " needs an input " + name + ": " + type);
    }
    if (!given.fits(type)) {
      throw new IllegalArgumentException(
          "program "
              + program.name()
              + ": input "
              + name
              + " is "
              + type
              + "; it cannot take "
              + given);
    }
    return Elements.copyOf(given);
  }

  private Map<String, DeviceTensor> outputs(Frame frame) {
    results.forEach(ReferenceTensor::close);
    results.clear();
    Map<String, DeviceTensor> out = new LinkedHashMap<>();
    program
        .outputs()
        .forEach(
            (name, v) -> {
              ReferenceTensor result = new ReferenceTensor(v.type(), frame.get(v));
              results.add(result);
              out.put(name, result);
            });
    return out;
  }

  @Override
  public void close() {
    closed = true;
    results.forEach(ReferenceTensor::close);
    results.clear();
    whenClosed.accept(this);
  }
}
