package dev.fettle.train;

import dev.fettle.autodiff.Gradients;
import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.SumOfSquares;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Slots;
import dev.fettle.objective.Counts;
import dev.fettle.objective.Loss;
import dev.fettle.objective.Metric;
import dev.fettle.objective.Objective;
import dev.fettle.objective.ObjectiveContext;
import dev.fettle.optim.Optimizer;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.spi.support.ProgramKey;
import dev.fettle.spi.support.SoleUse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/**
 * Takes optimizer steps: {@code accumulate} once a micro-batch, then {@code norm}, then {@code
 * apply}. The gradients rest in {@code grad/*} between them, where workers could add theirs up. It
 * serves one call at a time: another one is an {@link IllegalStateException}.
 *
 * @param <B> the objective's micro-batch
 */
public final class Stepper<B> implements AutoCloseable {
  private static final String GRADIENT_NORM = "grad_norm";
  private static final String SCALE = "gradient_scale";
  private static final String LEARNING_RATE = "learning_rate";
  private static final String OTHER_RATE = "learning_rate_of_others";

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

  private final Policy policy;
  private final Objective<B> objective;
  private final StepperOptions options;
  private final ProgramCache cache;
  private final ProgramCache.Share programs;
  private final Map<ProgramKey, List<Measurements.Kind>> measured = new HashMap<>();
  private final List<ParameterSpec> trainables;
  private final SoleUse guard = new SoleUse("the stepper");
  private boolean intact = true;

  /**
   * Prepares steps; allocates gradients and whatever the optimizer keeps.
   *
   * @param programs where compiled programs are held
   */
  public Stepper(
      Policy policy, Objective<B> objective, StepperOptions options, ProgramCache programs) {
    this.policy = policy;
    this.objective = objective;
    this.options = options;
    this.cache = programs;
    this.programs = programs.share();
    this.trainables = policy.trainables();
    policy.state().allocate(ownSlots());
  }

  private List<Slot> ownSlots() {
    List<Slot> own = new ArrayList<>(trainables.stream().map(Stepper::gradient).toList());
    own.addAll(optimizerSlots());
    return own;
  }

  private static Slot gradient(ParameterSpec p) {
    return new Slot(Slots.gradient(p.name()), p.type());
  }

  /** The slots that, with the parameters, make up the state of training. */
  public List<Slot> optimizerSlots() {
    return trainables.stream().flatMap(p -> options.optimizer().slots(p).stream()).toList();
  }

  /**
   * Takes one optimizer step.
   *
   * @param step its number, from 1
   * @return the loss and metrics before the update, and the gradient norm before clipping
   * @throws DivergenceException before anything is changed, if the loss or the norm is not finite
   */
  public StepResult step(List<B> microBatches, long step, double learningRate) {
    return guard.call(() -> take(microBatches, step, learningRate));
  }

  private StepResult take(List<B> microBatches, long step, double learningRate) {
    Kind kind = microBatches.size() == 1 ? Kind.ONLY : Kind.ADDING;
    Map<String, Double> metrics = losses(microBatches, kind);
    requireFinite(Measurements.LOSS, metrics, step);
    double norm = run(update("norm", this::norm), Map.of()).getOrDefault(GRADIENT_NORM, 0.0);
    metrics.put(GRADIENT_NORM, norm);
    requireFinite(GRADIENT_NORM, metrics, step);
    double clip = options.clipNorm();
    double scale = clip > 0 ? Math.min(1, clip / (norm + CLIP_EPSILON)) : 1;
    Map<String, HostTensor> scalars = new LinkedHashMap<>(options.optimizer().scalars(step));
    scalars.put(LEARNING_RATE, HostTensor.scalar(DType.F32, learningRate));
    if (trainables.stream().anyMatch(options.rates().others())) {
      double other = learningRate * options.rates().share();
      scalars.put(OTHER_RATE, HostTensor.scalar(DType.F32, other));
    }
    apply(step, scale, scalars);
    return new StepResult(metrics);
  }

  private void apply(long step, double scale, Map<String, HostTensor> scalars) {
    Executable program;
    if (scale == 1) {
      // Spares a pass over all gradients.
      program = update("apply", () -> apply(false));
    } else {
      scalars.put(SCALE, HostTensor.scalar(DType.F32, scale));
      program = update("apply_clipped", () -> apply(true));
    }
    intact = false;
    run(program, scalars);
    options.hook().updated(step);
    intact = true;
  }

  /**
   * Whether parameters and optimizer are those of a whole number of steps: false once an update has
   * failed half-way.
   */
  public boolean intact() {
    return intact;
  }

  /** Seconds spent on tracing and compiling so far, by all that share the programs' cache. */
  double compileSeconds() {
    return cache.compileMillis() / 1000;
  }

  /**
   * The mean loss and metrics over micro-batches, without gradients.
   *
   * @param microBatches walked twice, first to count and then to run; no more than one need exist
   *     at a time
   * @throws CancellationException if asked to stop, or interrupted, before the last of them
   */
  public StepResult evaluate(Iterable<B> microBatches) {
    return guard.call(() -> new StepResult(losses(microBatches, Kind.EVALUATE)));
  }

  private Map<String, Double> losses(Iterable<B> microBatches, Kind kind) {
    Counts local = Counts.NONE;
    for (B batch : microBatches) {
      local = local.plus(objective.counts(batch));
    }
    Counts total = options.hook().countsOfAll(local);
    if (kind == Kind.ADDING) {
      run(update("zero", this::zero), Map.of());
    }
    Measurements measurements = new Measurements();
    for (B batch : microBatches) {
      if (kind == Kind.EVALUATE) {
        requireGoingOn();
      }
      ProgramKey own = objective.key(batch);
      ProgramKey key = own.forKind(kind.program);
      Executable program = programs.get(key, () -> accumulate(kind, own));
      Map<String, Double> outputs =
          run(program, policy.inputs(objective.inputs(batch, own, total)));
      measurements.add(outputs, measured.getOrDefault(key, List.of()));
    }
    options.hook().sum(policy.state(), measurements);
    return measurements.results();
  }

  private void requireGoingOn() {
    if (Thread.currentThread().isInterrupted() || options.stopRequested().getAsBoolean()) {
      throw new CancellationException("asked to stop during an evaluation");
    }
  }

  private Executable update(String name, Supplier<Program> trace) {
    return programs.get(ProgramKey.of(name), trace);
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
    for (Map.Entry<String, DeviceTensor> e : program.run(policy.state(), inputs).entrySet()) {
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

  private Program accumulate(Kind kind, ProgramKey own) {
    ProgramKey key = own.forKind(kind.program);
    ProgramBuilder b = new ProgramBuilder(key.name());
    GraphBuilder g = b.g();
    ObjectiveContext c = kind == Kind.EVALUATE ? policy.frozenContext(b) : policy.context(b);
    Loss loss = objective.build(c, own);
    output(b, loss);
    measured.put(key, loss.metrics().stream().map(Measurements.Kind::of).toList());
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

  private static void output(ProgramBuilder b, Loss loss) {
    b.output(Measurements.LOSS, loss.total());
    for (Metric metric : loss.metrics()) {
      b.output(metric.name(), metric.value());
      if (metric.weight() != null) {
        b.output(metric.weightName(), metric.weight());
      }
    }
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
      String rate = options.rates().others().test(p) ? OTHER_RATE : LEARNING_RATE;
      Optimizer.Stride stride = new Optimizer.Stride(b.sharedInput(rate, scalar), scale);
      options.optimizer().update(b, p, b.state(gradient(p), false), stride);
    }
    return b.build();
  }

  /** The program a micro-batch like this is accumulated with, as text. */
  String accumulateText(B batch, boolean only) {
    return accumulate(only ? Kind.ONLY : Kind.ADDING, objective.key(batch)).print();
  }

  /** The program of a clipped update, as text. */
  String applyText() {
    return apply(true).print();
  }

  @Override
  public void close() {
    guard.close(
        () -> {
          programs.close();
          // Nothing of training stays on the device: only what the policy itself holds.
          ownSlots().forEach(slot -> policy.state().release(slot.name()));
        });
  }
}
