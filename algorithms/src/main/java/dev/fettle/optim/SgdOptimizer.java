package dev.fettle.optim;

import dev.fettle.ir.Value;
import dev.fettle.ir.composite.Sgd;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Stochastic gradient descent with momentum and torch's arithmetic.
 *
 * @param momentum decay of the velocity; 0 keeps none
 * @param weightDecay coupled decay
 * @param decayed which parameters decay
 */
public record SgdOptimizer(double momentum, double weightDecay, DecayedParameters decayed)
    implements Optimizer {

  @Override
  public List<Slot> slots(ParameterSpec p) {
    return momentum == 0 ? List.of() : List.of(new Slot("velocity/" + p.name(), p.type()));
  }

  @Override
  public void update(ProgramBuilder b, ParameterSpec p, Value gradient, Stride stride) {
    double decay = decayed.includes(p) ? weightDecay : 0;
    List<Slot> kept = slots(p);
    List<Value> operands = new ArrayList<>(List.of(b.state(p.slot(), false), gradient));
    kept.forEach(slot -> operands.add(b.state(slot, false)));
    operands.add(stride.learningRate());
    operands.add(stride.scale());
    List<Value> updated = b.g().emit(new Sgd(momentum, decay), operands);
    b.write(p.slot().name(), updated.get(0));
    if (!kept.isEmpty()) {
      b.write(kept.get(0).name(), updated.get(1));
    }
  }

  @Override
  public Map<String, HostTensor> scalars(long step) {
    return Map.of();
  }
}
