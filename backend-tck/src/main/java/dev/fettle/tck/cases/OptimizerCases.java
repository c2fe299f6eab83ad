package dev.fettle.tck.cases;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.composite.AdamW;
import dev.fettle.ir.composite.Sgd;
import java.util.ArrayList;
import java.util.List;

/** Optimizer steps. Nobody differentiates them. */
final class OptimizerCases {
  private static final Dim A = dim("a", 3);
  private static final Dim B = dim("b", 4);

  private OptimizerCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    Arg tensor = Arg.of(DType.F32, Fill.normal(), A, B);
    Arg zeros = Arg.of(DType.F32, Fill.of(0), A, B);
    Arg squares = Arg.of(DType.F32, Fill.uniform(0, 1), A, B);
    Arg rate = scalar(0.01);
    AdamW plain = new AdamW(0.9, 0.999, 1e-8, 0);
    AdamW decayed = new AdamW(0.9, 0.95, 1e-8, 0.1);
    cases.add(
        OpCase.of(
                "adamW/first",
                plain,
                tensor,
                tensor,
                zeros,
                zeros,
                rate,
                scalar(1),
                scalar(0.1),
                scalar(0.001))
            .withoutHalves());
    cases.add(
        OpCase.of(
                "adamW/decay",
                decayed,
                tensor,
                tensor,
                tensor,
                squares,
                rate,
                scalar(0.3),
                scalar(0.4),
                scalar(0.2))
            .withoutHalves());
    // torch moves nothing where the gradient has always been zero.
    cases.add(
        OpCase.of(
                "adamW/idle",
                plain,
                tensor,
                zeros,
                zeros,
                zeros,
                rate,
                scalar(1),
                scalar(0.1),
                scalar(0.001))
            .withoutHalves());
    Arg alone = Arg.of(DType.F32, Fill.normal());
    cases.add(
        OpCase.of(
                "adamW/scalar",
                decayed,
                alone,
                alone,
                alone,
                scalar(0.5),
                rate,
                scalar(1),
                scalar(0.1),
                scalar(0.01))
            .withoutHalves());
    cases.add(OpCase.of("sgd/plain", new Sgd(0, 0), tensor, tensor, rate, scalar(1)));
    cases.add(
        OpCase.of("sgd/momentum", new Sgd(0.9, 0.01), tensor, tensor, tensor, rate, scalar(0.5)));
    return cases;
  }

  private static Arg scalar(double value) {
    return Arg.of(DType.F32, Fill.of(value));
  }
}
