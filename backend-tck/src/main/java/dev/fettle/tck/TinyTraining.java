package dev.fettle.tck;

import dev.fettle.autodiff.Gradients;
import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.AdamW;
import dev.fettle.ir.composite.Sgd;
import dev.fettle.ir.composite.SumOfSquares;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Trains a tiny model as the training loop does: {@code accumulate} adds into {@code grad/*},
 * {@code apply} clips by the global norm, updates and clears.
 *
 * @param model what to train
 * @param optimizer which rule
 * @param floats the float type
 * @param rows rows of a micro-batch
 * @param micro micro-batches of a step
 * @param recompute true to compute activations again
 */
record TinyTraining(
    TinyModel model, Optimizer optimizer, DType floats, int rows, int micro, boolean recompute) {
  private static final double CLIP = 5;
  private static final double RATE = 0.01;

  /** Which rule. */
  enum Optimizer {
    ADAMW,
    SGD
  }

  /** Four rows in one micro-batch, nothing computed again. */
  static TinyTraining of(TinyModel model, Optimizer optimizer, DType floats) {
    return new TinyTraining(model, optimizer, floats, 4, 1, false);
  }

  Program accumulate() {
    ProgramBuilder b = new ProgramBuilder("accumulate");
    Map<String, Value> values = new LinkedHashMap<>();
    model
        .parameters(floats)
        .forEach((n, t) -> values.put(n, b.state(new Slot("param/" + n, t), true)));
    model.inputs(floats, rows).forEach((n, t) -> values.put(n, b.input(n, t)));
    Value loss = model.loss(b.g(), n -> Maps.get(values, n), recompute);
    List<String> names = model.names();
    List<Value> grads =
        Gradients.of(b.g(), loss, names.stream().map(n -> Maps.get(values, n)).toList());
    for (int i = 0; i < names.size(); i++) {
      Value before = b.state(new Slot("grad/" + names.get(i), grads.get(i).type()), false);
      b.write("grad/" + names.get(i), b.g().add(before, grads.get(i)));
    }
    b.output("loss", loss);
    return b.build();
  }

  Program apply() {
    ProgramBuilder b = new ProgramBuilder("apply");
    GraphBuilder g = b.g();
    TensorType scalar = TensorType.scalar(floats);
    Value rate = b.input("rate", scalar);
    Value c1 = b.input("c1", scalar);
    Value c2 = b.input("c2", scalar);
    Map<String, TensorType> parameters = model.parameters(floats);
    Value squares = g.constant(floats, 0);
    for (Map.Entry<String, TensorType> p : parameters.entrySet()) {
      Value grad = b.state(new Slot("grad/" + p.getKey(), p.getValue()), false);
      squares = g.add(squares, SumOfSquares.of(g, grad));
    }
    Value norm = g.sqrt(squares);
    Value scale =
        g.min(g.constant(floats, 1), g.div(g.constant(floats, CLIP), g.offset(norm, 1e-6)));
    for (Map.Entry<String, TensorType> p : parameters.entrySet()) {
      update(b, p.getKey(), p.getValue(), List.of(rate, scale, c1, c2));
    }
    b.output("norm", norm);
    return b.build();
  }

  private void update(ProgramBuilder b, String name, TensorType type, List<Value> scalars) {
    Value p = b.state(new Slot("param/" + name, type), false);
    Value grad = b.state(new Slot("grad/" + name, type), false);
    List<Value> in = new ArrayList<>(List.of(p, grad, b.state(new Slot("m/" + name, type), false)));
    List<Value> out;
    if (optimizer == Optimizer.ADAMW) {
      in.add(b.state(new Slot("v/" + name, type), false));
      in.addAll(scalars);
      out = b.g().emit(new AdamW(0.9, 0.99, 1e-8, 0.01), in);
      b.write("v/" + name, out.get(2));
    } else {
      in.addAll(scalars.subList(0, 2));
      out = b.g().emit(new Sgd(0.9, 0.01), in);
    }
    b.write("param/" + name, out.get(0));
    b.write("m/" + name, out.get(1));
    b.write("grad/" + name, b.g().fill(0, type));
  }

  /** The loss and the gradient norm of each step, then the parameters, after so many steps. */
  Map<String, HostTensor> run(Backend backend, CompileOptions options, int steps) {
    Program accumulate = accumulate();
    Program apply = apply();
    Map<String, HostTensor> trace = new LinkedHashMap<>();
    try (DeviceState state = backend.newState("training");
        Executable first = backend.compile(accumulate, options);
        Executable second = backend.compile(apply, options)) {
      Trial.allocate(state, accumulate);
      Trial.allocate(state, apply);
      model.start(floats).forEach((n, t) -> state.upload("param/" + n, t));
      for (int step = 0; step < steps; step++) {
        HostTensor losses = HostTensor.allocate(DType.F64, micro);
        for (int k = 0; k < micro; k++) {
          Map<String, HostTensor> batch = model.batch(floats, rows, (step * micro + k) * rows % 16);
          losses.set(k, Maps.get(Trial.host(first.run(state, batch)), "loss").get(0));
        }
        trace.put("loss " + step, losses);
        Map<String, HostTensor> scalars = new LinkedHashMap<>();
        scalars.put("rate", HostTensor.scalar(floats, (float) RATE));
        scalars.put("c1", HostTensor.scalar(floats, (float) (1 - Math.pow(0.9, step + 1))));
        scalars.put("c2", HostTensor.scalar(floats, (float) (1 - Math.pow(0.99, step + 1))));
        trace.put("norm " + step, Maps.get(Trial.host(second.run(state, scalars)), "norm"));
      }
      model.names().forEach(n -> trace.put(n, state.download("param/" + n)));
    }
    return trace;
  }

  /** The gradients and the loss at the start. */
  Map<String, HostTensor> gradients(Backend backend, CompileOptions options) {
    Program accumulate = accumulate();
    Map<String, HostTensor> found = new LinkedHashMap<>();
    try (DeviceState state = backend.newState("gradients");
        Executable executable = backend.compile(accumulate, options)) {
      Trial.allocate(state, accumulate);
      model.start(floats).forEach((n, t) -> state.upload("param/" + n, t));
      double loss = 0;
      for (int k = 0; k < micro; k++) {
        Map<String, HostTensor> batch = model.batch(floats, rows, k * rows);
        loss += Maps.get(Trial.host(executable.run(state, batch)), "loss").get(0);
      }
      found.put("loss", HostTensor.scalar(DType.F64, loss));
      model.names().forEach(n -> found.put(n, state.download("grad/" + n)));
    }
    return found;
  }
}
