package dev.fettle.backend.tensorflow;

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

  TensorFlowCapabilities(TensorFlowSettings settings) {
    this.settings = settings;
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
}
