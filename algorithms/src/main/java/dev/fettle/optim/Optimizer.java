package dev.fettle.optim;

import dev.fettle.ir.Value;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.HostTensor;
import java.util.List;
import java.util.Map;

/**
 * How parameters follow their gradients. An optimizer declares what it keeps in state for each
 * parameter and appends its update; it holds no state itself.
 */
public interface Optimizer {

  /** What is kept for a parameter, besides itself and its gradient. */
  List<Slot> slots(ParameterSpec parameter);

  /**
   * Appends the update of one parameter and writes its slots.
   *
   * @param gradient of the parameter's type
   * @param stride how far the step goes
   */
  void update(ProgramBuilder builder, ParameterSpec parameter, Value gradient, Stride stride);

  /**
   * How far a step goes.
   *
   * @param learningRate a scalar
   * @param scale a scalar every gradient is multiplied by, from clipping
   */
  record Stride(Value learningRate, Value scale) {}

  /** The scalars of a step, by the names of the inputs {@link #update} declares. */
  Map<String, HostTensor> scalars(long step);
}
