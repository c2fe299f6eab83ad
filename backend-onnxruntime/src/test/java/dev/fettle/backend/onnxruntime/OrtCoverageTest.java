package dev.fettle.backend.onnxruntime;

import dev.fettle.backend.onnxruntime.lower.ProgramLowering;
import dev.fettle.ir.op.Op;
import dev.fettle.tck.CoverageContract;
import java.util.Set;

final class OrtCoverageTest extends CoverageContract {
  @Override
  protected Set<Class<? extends Op>> lowered() {
    return ProgramLowering.types();
  }
}
