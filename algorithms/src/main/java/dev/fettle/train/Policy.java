package dev.fettle.train;

import dev.fettle.models.LanguageModel;
import dev.fettle.models.ModelParts;
import dev.fettle.models.nn.DenseLinears;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.Linears;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Params;
import dev.fettle.objective.ObjectiveContext;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.HostTensor;
import java.util.List;
import java.util.function.Function;

/**
 * A model on a device: architecture, parameters in state, and how to run it. Training, scoring and
 * generation share its slots.
 */
public final class Policy implements AutoCloseable {
  private final Backend backend;
  private final LanguageModel model;
  private final ModelParts parts;
  private final ForwardOptions options;
  private final DeviceState state;
  private final Linears linears = new DenseLinears();

  private Policy(Backend backend, LanguageModel model, ForwardOptions options) {
    this.backend = backend;
    this.model = model;
    this.parts = ModelParts.of(model);
    this.options = options;
    this.state = backend.newState("policy");
  }

  /**
   * Puts a model on a device.
   *
   * @param weights gives each parameter, F32 and of the shape asked for
   */
  public static Policy load(
      Backend backend,
      LanguageModel model,
      ForwardOptions options,
      Function<ParameterSpec, HostTensor> weights) {
    Policy policy = new Policy(backend, model, options);
    try {
      policy.fill(weights);
      return policy;
    } catch (RuntimeException e) {
      policy.close();
      throw e;
    }
  }

  private void fill(Function<ParameterSpec, HostTensor> weights) {
    for (ParameterSpec p : parts.parameters()) {
      state.allocate(p.slot());
      state.upload(p.slot().name(), weights.apply(p));
    }
    for (Slot table : parts.tables()) {
      state.allocate(table);
      String name = table.name().substring(table.name().indexOf('/') + 1);
      HostTensor values = model.tables().get(name);
      if (values == null) {
        throw new IllegalStateException("the model gives no table " + name);
      }
      state.upload(table.name(), values);
    }
  }

  /** What an objective needs to write itself into a program over this policy. */
  public ObjectiveContext context(ProgramBuilder builder) {
    return new ObjectiveContext(
        builder, new Params(builder, Policy::isTrainable), model, linears, options);
  }

  /** The same without gradients, for scoring and generation. */
  public ObjectiveContext frozenContext(ProgramBuilder builder) {
    return new ObjectiveContext(
        builder, new Params(builder, name -> false), model, linears, options);
  }

  /** Where it runs. */
  public Backend backend() {
    return backend;
  }

  /** The architecture. */
  public LanguageModel model() {
    return model;
  }

  /** Its parameters and tables. */
  public ModelParts parts() {
    return parts;
  }

  /** The parameters that training changes. */
  public List<ParameterSpec> trainables() {
    return parts.parameters().stream().filter(p -> isTrainable(p.name())).toList();
  }

  /** Its slots, to which an optimizer adds its own. */
  public DeviceState state() {
    return state;
  }

  /** Every parameter; adapters will narrow this to theirs. */
  private static boolean isTrainable(String name) {
    return !name.isEmpty();
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
