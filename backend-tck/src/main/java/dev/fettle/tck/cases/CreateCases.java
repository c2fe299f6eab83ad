package dev.fettle.tck.cases;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.op.Create.Constant;
import dev.fettle.ir.op.Create.Iota;
import java.util.List;

/** Operations without operands. */
final class CreateCases {
  private CreateCases() {}

  static List<OpCase> all() {
    return List.of(
        OpCase.of("constant/scalar", d -> new Constant(TensorType.scalar(d), List.of(-2.5))),
        OpCase.of(
            "constant/matrix",
            d ->
                new Constant(
                    TensorType.of(d, dim("a", 2), dim("b", 3)),
                    List.of(1.0, 2.0, 3.0, 4.0, 5.0, 6.0))),
        constant(DType.I32, -7.0, 0.0, 2147483647.0),
        constant(DType.I64, -7.0, 0.0, 1099511627776.0),
        constant(DType.U8, 0.0, 128.0, 255.0),
        constant(DType.I8, -128.0, 0.0, 127.0),
        constant(DType.BOOL, 1.0, 0.0, 1.0),
        OpCase.of("iota/float", d -> new Iota(TensorType.of(d, dim("a", 5)), 0)),
        OpCase.of("iota/first", new Iota(TensorType.of(DType.I32, dim("a", 4), dim("b", 3)), 0)),
        OpCase.of(
            "iota/middle",
            new Iota(TensorType.of(DType.I64, dim("a", 2), dim("b", 3), dim("c", 2)), 1)),
        OpCase.of("iota/last", new Iota(TensorType.of(DType.I32, dim("a", 1), dim("b", 7)), 1)));
  }

  private static OpCase constant(DType dtype, Double... values) {
    return OpCase.of(
        "constant/" + dtype,
        new Constant(TensorType.of(dtype, dim("a", values.length)), List.of(values)));
  }
}
