package dev.fettle.optim;

import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.ProgramBuilder;

/** The scalar inputs of an apply program; each is declared once however often it is read. */
final class Scalars {
  private Scalars() {}

  static Value input(ProgramBuilder b, String name) {
    return b.sharedInput(name, TensorType.scalar(DType.F32));
  }
}
