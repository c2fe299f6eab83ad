package dev.fettle.backend.tensorflow;

import dev.fettle.backend.tensorflow.lower.TfLowerings;
import dev.fettle.ir.op.Op;
import dev.fettle.tck.CoverageContract;
import java.util.Set;

class TensorFlowCoverageTest extends CoverageContract {
  @Override
  protected Set<Class<? extends Op>> lowered() {
    return TfLowerings.types();
  }
}
