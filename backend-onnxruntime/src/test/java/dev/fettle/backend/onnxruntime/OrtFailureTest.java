package dev.fettle.backend.onnxruntime;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.BackendProvider;
import dev.fettle.tck.FailureContract;
import java.util.Optional;

final class OrtFailureTest extends FailureContract {
  @Override
  protected BackendProvider provider() {
    return new OrtProvider();
  }

  /** The runtime's error function knows single precision only. */
  @Override
  protected Optional<Program> unsupported() {
    ProgramBuilder b = new ProgramBuilder("erf twice");
    Value x = b.input("x", TensorType.of(DType.F64, new Dim("n", 2)));
    b.output("y", b.g().erf(b.g().erf(x)));
    return Optional.of(b.build());
  }
}
