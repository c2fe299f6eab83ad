package dev.fettle.optim;

import dev.fettle.ir.DType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.AdamW;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.HostTensor;
import java.util.List;
import java.util.Map;

/**
 * AdamW (Loshchilov and Hutter, 2019) with torch's arithmetic and defaults.
 *
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the denominator
 * @param weightDecay decoupled decay
 * @param decayed which parameters decay
 */
public record AdamWOptimizer(
    double beta1, double beta2, double epsilon, double weightDecay, DecayedParameters decayed)
    implements Optimizer {
  private static final String FIRST = "adam_m/";
  private static final String SECOND = "adam_v/";

  @Override
  public List<Slot> slots(ParameterSpec p) {
    return List.of(new Slot(FIRST + p.name(), p.type()), new Slot(SECOND + p.name(), p.type()));
  }

  @Override
  public void update(ProgramBuilder b, ParameterSpec p, Value gradient, Stride stride) {
    List<Slot> moments = slots(p);
    double decay = decayed.includes(p) ? weightDecay : 0;
    List<Value> updated =
        b.g()
            .emit(
                new AdamW(beta1, beta2, epsilon, decay),
                List.of(
                    b.state(p.slot(), false),
                    gradient,
                    b.state(moments.get(0), false),
                    b.state(moments.get(1), false),
                    stride.learningRate(),
                    stride.scale(),
                    Scalars.input(b, "bias_correction1"),
                    Scalars.input(b, "bias_correction2")));
    b.write(p.slot().name(), updated.get(0));
    b.write(moments.get(0).name(), updated.get(1));
    b.write(moments.get(1).name(), updated.get(2));
  }

  @Override
  public Map<String, HostTensor> scalars(long step) {
    return Map.of(
        "bias_correction1",
        HostTensor.scalar(DType.F32, 1 - Math.pow(beta1, (double) step)),
        "bias_correction2",
        HostTensor.scalar(DType.F32, 1 - Math.pow(beta2, (double) step)));
  }
}
