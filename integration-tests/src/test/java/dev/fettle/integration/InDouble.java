package dev.fettle.integration;

import dev.fettle.ir.DType;
import dev.fettle.ir.Node;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Create;
import dev.fettle.ir.op.Elementwise;
import dev.fettle.ir.op.Op;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The reference backend with every F32 of a program made F64: whole objectives, their models and
 * gradients among them, without the rounding that else hides small faults. What is downloaded is
 * F64; what is uploaded or given as input is what it was in F32.
 */
record InDouble(Backend of) implements Backend {

  @Override
  public String id() {
    return of.id();
  }

  @Override
  public Device device() {
    return of.device();
  }

  @Override
  public Capabilities capabilities() {
    return of.capabilities();
  }

  @Override
  public DeviceState newState(String name) {
    return new State(of.newState(name));
  }

  @Override
  public Executable compile(Program program, CompileOptions options) {
    return new Compiled(of.compile(widened(program), options));
  }

  @Override
  public void close() {
    of.close();
  }

  private static Program widened(Program program) {
    ProgramBuilder b = new ProgramBuilder(program.name());
    Map<Value, Value> map = new HashMap<>();
    program
        .stateIn()
        .forEach((name, v) -> map.put(v, b.state(new Slot(name, widened(v.type())), false)));
    program.inputs().forEach((name, v) -> map.put(v, b.input(name, widened(v.type()))));
    for (Node node : program.graph().nodes()) {
      if (map.containsKey(node.outputs().get(0))) {
        continue;
      }
      List<Value> in = node.inputs().stream().map(v -> Objects.requireNonNull(map.get(v))).toList();
      List<Value> out = b.g().emit(widened(node.op()), in);
      for (int i = 0; i < out.size(); i++) {
        map.put(node.outputs().get(i), out.get(i));
      }
    }
    program.stateOut().forEach((name, v) -> b.write(name, Objects.requireNonNull(map.get(v))));
    program.outputs().forEach((name, v) -> b.output(name, Objects.requireNonNull(map.get(v))));
    return b.build();
  }

  private static Op widened(Op op) {
    if (op instanceof Create.Constant c) {
      return new Create.Constant(widened(c.type()), c.values());
    }
    if (op instanceof Create.Iota i) {
      return new Create.Iota(widened(i.type()), i.axis());
    }
    return op instanceof Elementwise.Cast c ? new Elementwise.Cast(widened(c.to())) : op;
  }

  private static DType widened(DType type) {
    return type == DType.F32 ? DType.F64 : type;
  }

  private static TensorType widened(TensorType type) {
    return type.withDType(widened(type.dtype()));
  }

  private static HostTensor widened(HostTensor tensor) {
    return tensor.dtype() == DType.F32 ? tensor.cast(DType.F64) : tensor;
  }

  private record State(DeviceState of) implements DeviceState {
    @Override
    public void allocate(Slot slot) {
      of.allocate(new Slot(slot.name(), widened(slot.type())));
    }

    @Override
    public void upload(String slot, HostTensor tensor) {
      of.upload(slot, widened(tensor));
    }

    @Override
    public void upload(String slot, long from, HostTensor part) {
      of.upload(slot, from, widened(part));
    }

    @Override
    public HostTensor download(String slot) {
      return of.download(slot);
    }

    @Override
    public HostTensor download(String slot, long from, int count) {
      return of.download(slot, from, count);
    }

    @Override
    public void release(String slot) {
      of.release(slot);
    }

    @Override
    public List<Slot> slots() {
      return of.slots();
    }

    @Override
    public long bytes() {
      return of.bytes();
    }

    @Override
    public void close() {
      of.close();
    }
  }

  private record Compiled(Executable of) implements Executable {
    @Override
    public Program program() {
      return of.program();
    }

    @Override
    public ExecutableStats stats() {
      return of.stats();
    }

    @Override
    public Map<String, DeviceTensor> run(DeviceState state, Map<String, HostTensor> inputs) {
      Map<String, HostTensor> wide = new LinkedHashMap<>();
      inputs.forEach((name, tensor) -> wide.put(name, widened(tensor)));
      return of.run(((State) state).of(), wide);
    }

    @Override
    public void close() {
      of.close();
    }
  }
}
