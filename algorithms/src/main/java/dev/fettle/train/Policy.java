package dev.fettle.train;

import dev.fettle.models.LanguageModel;
import dev.fettle.models.ModelParts;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.Weights;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Params;
import dev.fettle.objective.ObjectiveContext;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model on a device: what it is made of, parameters in state, and how to run it. Training,
 * scoring and generation share its slots.
 */
public final class Policy implements AutoCloseable {
  private final Backend backend;
  private final PolicySpec spec;
  private final ModelParts parts;
  private final ForwardOptions options;
  private final DeviceState state;

  private Policy(Backend backend, PolicySpec spec, ForwardOptions options) {
    this.backend = backend;
    this.spec = spec;
    this.parts = ModelParts.trace(spec);
    this.options = options;
    this.state = backend.newState("policy");
  }

  /**
   * Puts a language model on a device, every parameter to be trained.
   *
   * @param weights gives each parameter, of the type asked for
   */
  public static Policy load(
      Backend backend, LanguageModel model, ForwardOptions options, Weights weights) {
    return load(backend, PolicySpec.of(model), options, weights);
  }

  /**
   * Puts a policy on a device.
   *
   * @param weights gives each parameter, of the type asked for
   */
  public static Policy load(
      Backend backend, PolicySpec spec, ForwardOptions options, Weights weights) {
    Policy policy = new Policy(backend, spec, options);
    try {
      policy.fill(weights);
      return policy;
    } catch (RuntimeException e) {
      policy.close();
      throw e;
    }
  }

  private void fill(Weights weights) {
    // All at once, so that what does not fit is refused before anything is read.
    List<Slot> slots = new ArrayList<>(parts.parameters().stream().map(p -> p.slot()).toList());
    slots.addAll(parts.tables());
    state.allocate(slots);
    for (ParameterSpec p : parts.parameters()) {
      fill(p, weights);
    }
    for (Slot table : parts.tables()) {
      String name = table.name().substring(table.name().indexOf('/') + 1);
      HostTensor values = spec.body().tables().get(name);
      if (values == null) {
        throw new IllegalStateException("the model gives no table " + name);
      }
      state.upload(table.name(), values);
    }
  }

  private void fill(ParameterSpec p, Weights weights) {
    if (Pieces.pays(p.type())) {
      for (Pieces piece : Pieces.of(p.type())) {
        state.upload(p.slot().name(), piece.from(), weights.part(p, piece));
      }
    } else {
      state.upload(p.slot().name(), weights.of(p));
    }
  }

  /** Its parameters as they are now. */
  public Weights weights() {
    return new Weights() {
      @Override
      public HostTensor of(ParameterSpec p) {
        return parameter(p);
      }

      @Override
      public HostTensor part(ParameterSpec p, Pieces piece) {
        return state.download(p.slot().name(), piece.from(), piece.count());
      }
    };
  }

  /** What an objective needs to write itself into a program over this policy. */
  public ObjectiveContext context(ProgramBuilder builder) {
    return context(builder, spec);
  }

  /** The same without gradients, for scoring and generation. */
  public ObjectiveContext frozenContext(ProgramBuilder builder) {
    return context(builder, spec.frozen());
  }

  /** The same without the adapter, over the same slots: the model that training began with. */
  public ObjectiveContext referenceContext(ProgramBuilder builder) {
    return context(builder, spec.withoutAdapter());
  }

  private ObjectiveContext context(ProgramBuilder builder, PolicySpec as) {
    return new ObjectiveContext(builder, new Params(builder, as.trainable()), as, options);
  }

  /** What a program over this policy is run with: a batch, and what the model makes of it. */
  public Map<String, HostTensor> inputs(Map<String, HostTensor> batch) {
    Map<String, HostTensor> all = new LinkedHashMap<>(batch);
    all.putAll(spec.body().inputs(batch));
    return all;
  }

  /** Where it runs. */
  public Backend backend() {
    return backend;
  }

  /** What it is made of. */
  public PolicySpec spec() {
    return spec;
  }

  /** The architecture. */
  public LanguageModel model() {
    return spec.body();
  }

  /** How it is run. */
  public ForwardOptions options() {
    return options;
  }

  /** Its parameters and tables. */
  public ModelParts parts() {
    return parts;
  }

  /** The parameters that training changes: those with gradients, moments and checkpoints. */
  public List<ParameterSpec> trainables() {
    return parts.parameters().stream().filter(spec.trainable()).toList();
  }

  /** Its slots, to which an optimizer adds its own. */
  public DeviceState state() {
    return state;
  }

  /** A copy of a parameter as it is now. */
  public HostTensor parameter(ParameterSpec parameter) {
    return state.download(parameter.slot().name());
  }

  @Override
  public void close() {
    state.close();
  }
}
