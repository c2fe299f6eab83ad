package dev.fettle.tck.cases;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.composite.LayerNorm;
import dev.fettle.ir.composite.RmsNorm;
import dev.fettle.ir.composite.Softmax;
import dev.fettle.ir.composite.SumOfSquares;
import java.util.ArrayList;
import java.util.List;

/** Softmax and the normalisations, with their gradients. */
final class NormalizationCases {
  private static final Dim BATCH = dim("batch", 2);
  private static final Dim SEQ = dim("seq", 3);
  private static final Dim EMBED = dim("embed", 8);

  private NormalizationCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    cases.add(OpCase.of("softmax/vector", new Softmax(), Arg.floats(EMBED)));
    cases.add(OpCase.of("softmax/matrix", new Softmax(), Arg.floats(SEQ, EMBED)));
    cases.add(
        OpCase.of("softmax/scores", new Softmax(), Arg.floats(BATCH, dim("heads", 2), SEQ, EMBED)));
    cases.add(OpCase.of("softmax/size1", new Softmax(), Arg.floats(SEQ, dim("one", 1))));
    Fill masked = Fill.of(0.5, -1e30, 2, -1e30, -1, -1e30, -1e30, 3);
    cases.add(
        OpCase.of("softmax/masked", new Softmax(), Arg.of(DType.F32, masked, SEQ, EMBED))
            .withoutHalves());
    Fill large = Fill.of(1000, 1001, 999, -1000);
    cases.add(
        OpCase.of("softmax/large", new Softmax(), Arg.of(DType.F32, large, SEQ, dim("embed", 4)))
            .withoutHalves());
    cases.add(
        OpCase.of(
            "softmaxGrad",
            new Softmax.Grad(),
            Arg.floats(Fill.uniform(0, 0.3), SEQ, EMBED),
            Arg.floats(SEQ, EMBED)));
    norms(cases);
    cases.add(OpCase.of("sumOfSquares/matrix", new SumOfSquares(), Arg.floats(SEQ, EMBED)));
    cases.add(OpCase.of("sumOfSquares/scalar", new SumOfSquares(), Arg.floats()));
    return cases;
  }

  private static void norms(List<OpCase> cases) {
    Arg gamma = Arg.floats(Fill.uniform(0.5, 1.5), EMBED);
    Arg beta = Arg.floats(EMBED);
    Arg rows = Arg.floats(SEQ, EMBED);
    Arg row = Arg.floats(SEQ);
    Arg scales = Arg.floats(Fill.uniform(0.5, 2), SEQ);
    LayerNorm layerNorm = new LayerNorm(1e-5);
    cases.add(OpCase.of("layerNorm/matrix", layerNorm, rows, gamma, beta).gradientsThrough(1));
    cases.add(
        OpCase.of("layerNorm/batch", layerNorm, Arg.floats(BATCH, SEQ, EMBED), gamma, beta)
            .gradientsThrough(1));
    cases.add(
        OpCase.of("layerNorm/vector", layerNorm, Arg.floats(EMBED), gamma, beta)
            .gradientsThrough(1));
    Arg constant = Arg.of(DType.F32, Fill.of(3), SEQ, EMBED);
    cases.add(
        OpCase.of("layerNorm/constant", layerNorm, constant, gamma.rough(), beta.rough())
            .withoutHalves());
    cases.add(OpCase.of("layerNormGrad", new LayerNorm.Grad(), rows, gamma, row, scales, rows));
    RmsNorm rmsNorm = new RmsNorm(1e-6);
    cases.add(OpCase.of("rmsNorm/matrix", rmsNorm, rows, gamma).gradientsThrough(1));
    cases.add(
        OpCase.of("rmsNorm/batch", rmsNorm, Arg.floats(BATCH, SEQ, EMBED), gamma)
            .gradientsThrough(1));
    cases.add(OpCase.of("rmsNorm/vector", rmsNorm, Arg.floats(EMBED), gamma).gradientsThrough(1));
    cases.add(OpCase.of("rmsNormGrad", new RmsNorm.Grad(), rows, gamma, scales, rows));
  }
}
