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
   * @param scale a scalar every gradient is multiplied by, from clipping
   */
  void update(ProgramBuilder builder, ParameterSpec parameter, Value gradient, Value scale);

  /** The scalars of a step, by the names of the inputs {@link #update} declares. */
  Map<String, HostTensor> scalars(long step, double learningRate);
}
