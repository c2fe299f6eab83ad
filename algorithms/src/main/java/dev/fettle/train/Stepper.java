package dev.fettle.train;

import dev.fettle.autodiff.Gradients;
import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.SumOfSquares;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Slots;
import dev.fettle.objective.Binding;
import dev.fettle.objective.Loss;
import dev.fettle.objective.Objective;
import dev.fettle.objective.ObjectiveContext;
import dev.fettle.optim.Optimizer;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes optimizer steps: {@code accumulate} once a micro-batch, then {@code norm}, then {@code
 * apply}. The gradients rest in {@code grad/*} between them, where workers could add theirs up.
 *
 * @param <B> the objective's micro-batch
 */
public final class Stepper<B> implements AutoCloseable {
  private static final String GRADIENT_NORM = "grad_norm";
  private static final String LOSS = "loss";
  private static final String SCALE = "gradient_scale";

  /** As torch's {@code clip_grad_norm_}. */
  private static final double CLIP_EPSILON = 1e-6;

  private enum Kind {
    /** Writes the gradients of a step's only micro-batch over whatever was there. */
    ONLY("accumulate_only"),
    /** Adds to the gradients. */
    ADDING("accumulate"),
    /** Only the loss. */
    EVALUATE("evaluate");

    private final String program;

    Kind(String program) {
      this.program = program;
    }
  }

  private record Key(Kind kind, Binding binding) {}

  private final Policy policy;
  private final Objective<B> objective;
  private final Optimizer optimizer;
  private final double clipNorm;
  private final ProgramCache<Key> losses;
  private final ProgramCache<String> updates;
  private final List<ParameterSpec> trainables;

  /**
   * Prepares steps; allocates gradients and whatever the optimizer keeps.
   *
   * @param clipNorm the largest global gradient norm; 0 for no clipping
   */
  public Stepper(
      Policy policy,
      Objective<B> objective,
      Optimizer optimizer,
      double clipNorm,
      CompileOptions options) {
    this.policy = policy;
    this.objective = objective;
    this.optimizer = optimizer;
    this.clipNorm = clipNorm;
    this.losses = new ProgramCache<>(policy.backend(), options);
    this.updates = new ProgramCache<>(policy.backend(), options);
    this.trainables = policy.trainables();
    for (ParameterSpec p : trainables) {
      policy.state().allocate(gradient(p));
      optimizer.slots(p).forEach(policy.state()::allocate);
    }
  }

  private static Slot gradient(ParameterSpec p) {
    return new Slot(Slots.gradient(p.name()), p.type());
  }

  /** The slots that, with the parameters, make up the state of training. */
  public List<Slot> optimizerSlots() {
    return trainables.stream().flatMap(p -> optimizer.slots(p).stream()).toList();
  }

  /** Time spent on tracing and compiling so far, in milliseconds. */
  public double compileMillis() {
    return losses.compileMillis() + updates.compileMillis();
  }

  /**
   * Takes one optimizer step.
   *
   * @param step its number, from 1
   * @return the loss and metrics before the update, and the gradient norm before clipping
   * @throws DivergenceException before anything is changed, if the loss or the norm is not finite
   */
  public StepResult step(List<B> microBatches, long step, double learningRate) {
    Map<String, Double> metrics = losses(microBatches, true);
    requireFinite(LOSS, metrics, step);
    double norm = run(updates.get("norm", this::norm), Map.of()).getOrDefault(GRADIENT_NORM, 0.0);
    metrics.put(GRADIENT_NORM, norm);
    requireFinite(GRADIENT_NORM, metrics, step);
    double scale = clipNorm > 0 ? Math.min(1, clipNorm / (norm + CLIP_EPSILON)) : 1;
    Map<String, HostTensor> scalars = new LinkedHashMap<>(optimizer.scalars(step, learningRate));
    if (scale == 1) {
      // Spares a pass over all gradients.
      run(updates.get("apply", () -> apply(false)), scalars);
    } else {
      scalars.put(SCALE, HostTensor.scalar(DType.F32, scale));
      run(updates.get("apply_clipped", () -> apply(true)), scalars);
    }
    return new StepResult(metrics);
  }

  /** The mean loss and metrics over micro-batches, without gradients. */
  public StepResult evaluate(List<B> microBatches) {
    return new StepResult(losses(microBatches, false));
  }

  private Map<String, Double> losses(List<B> microBatches, boolean gradients) {
    double normalizer = microBatches.stream().mapToLong(objective::count).sum();
    Map<String, Double> sums = new LinkedHashMap<>();
    boolean several = microBatches.size() > 1;
    if (gradients && several) {
      run(updates.get("zero", this::zero), Map.of());
    }
    Kind kind = !gradients ? Kind.EVALUATE : several ? Kind.ADDING : Kind.ONLY;
    for (B batch : microBatches) {
      Binding binding = objective.bind(batch);
      Executable program = losses.get(new Key(kind, binding), () -> accumulate(kind, binding));
      run(program, objective.inputs(batch, binding, normalizer))
          .forEach((name, value) -> sums.merge(name, value, Double::sum));
    }
    return sums;
  }

  private Program zero() {
    ProgramBuilder b = new ProgramBuilder("zero");
    for (ParameterSpec p : trainables) {
      b.write(gradient(p).name(), b.g().fill(0, p.type()));
    }
    return b.build();
  }

  private Map<String, Double> run(Executable program, Map<String, HostTensor> inputs) {
    Map<String, Double> values = new LinkedHashMap<>();
    Map<String, HostTensor> declared = new LinkedHashMap<>(inputs);
    declared.keySet().retainAll(program.program().inputs().keySet());
    for (Map.Entry<String, DeviceTensor> e : program.run(policy.state(), declared).entrySet()) {
      try (DeviceTensor t = e.getValue()) {
        values.put(e.getKey(), t.item());
      }
    }
    return values;
  }

  private static void requireFinite(String name, Map<String, Double> metrics, long step) {
    double value = metrics.getOrDefault(name, 0.0);
    if (!Double.isFinite(value)) {
      throw new DivergenceException(step, name, value);
    }
  }

  private Program accumulate(Kind kind, Binding binding) {
    ProgramBuilder b = new ProgramBuilder(kind.program + "_" + binding);
    GraphBuilder g = b.g();
    ObjectiveContext c = kind == Kind.EVALUATE ? policy.frozenContext(b) : policy.context(b);
    Loss loss = objective.build(c, binding);
    b.output(LOSS, loss.total());
    loss.metrics().forEach(b::output);
    if (kind != Kind.EVALUATE) {
      List<Value> wrt = trainables.stream().map(p -> b.state(p.slot(), true)).toList();
      List<Value> gradients = Gradients.of(g, loss.total(), wrt);
      for (int i = 0; i < trainables.size(); i++) {
        Slot slot = gradient(trainables.get(i));
        Value d = gradients.get(i);
        b.write(slot.name(), kind == Kind.ONLY ? d : g.add(b.state(slot, false), d));
      }
    }
    return b.build();
  }

  private Program norm() {
    ProgramBuilder b = new ProgramBuilder("norm");
    GraphBuilder g = b.g();
    Value total =
        trainables.stream()
            .map(p -> SumOfSquares.of(g, b.state(gradient(p), false)))
            .reduce(g::add)
            .orElseThrow();
    b.output(GRADIENT_NORM, g.sqrt(total));
    return b.build();
  }

  private Program apply(boolean clipped) {
    ProgramBuilder b = new ProgramBuilder(clipped ? "apply_clipped" : "apply");
    TensorType scalar = TensorType.scalar(DType.F32);
    Value scale = clipped ? b.input(SCALE, scalar) : b.g().constant(DType.F32, 1);
    for (ParameterSpec p : trainables) {
      optimizer.update(b, p, b.state(gradient(p), false), scale);
    }
    return b.build();
  }

  /** The program a micro-batch like this is accumulated with, as text. */
  String accumulateText(B batch, boolean only) {
    return accumulate(only ? Kind.ONLY : Kind.ADDING, objective.bind(batch)).print();
  }

  /** The program of a clipped update, as text. */
  String applyText() {
    return apply(true).print();
  }

  @Override
  public void close() {
    losses.close();
    updates.close();
  }
}
