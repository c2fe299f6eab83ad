package dev.fettle.backend.tensorflow;

import dev.fettle.backend.tensorflow.lower.Target;
import dev.fettle.backend.tensorflow.lower.TfLowerings;
import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.op.CompositeOp;
import dev.fettle.ir.op.Op;
import dev.fettle.spi.Capabilities;
import java.util.List;

/** What there are TensorFlow kernels for. */
final class TensorFlowCapabilities implements Capabilities {
  private final TensorFlowSettings settings;
  private final Target target;

  TensorFlowCapabilities(TensorFlowSettings settings, Target target) {
    this.settings = settings;
    this.target = target;
  }

  @Override
  public boolean composite(CompositeOp op, List<TensorType> inputs) {
    return TfLowerings.fuses(op, inputs, settings.xlaElements());
  }

  @Override
  public boolean computes(Op op, DType dtype) {
    return TfLowerings.computes(op, dtype);
  }

  @Override
  public boolean bf16Matmul() {
    return true;
  }

  @Override
  public boolean tf32Matmul() {
    return target == Target.GPU;
  }
}
