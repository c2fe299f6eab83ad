package dev.fettle.tck.cases;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.composite.CrossEntropy;
import dev.fettle.ir.composite.Linear;
import dev.fettle.ir.composite.LinearCrossEntropy;
import dev.fettle.ir.composite.LinearEntropyGradient;
import dev.fettle.ir.composite.Rope;
import dev.fettle.ir.composite.Split;
import dev.fettle.ir.op.Linalg.Precision;
import java.util.ArrayList;
import java.util.List;

/** The larger parts of a language model. */
final class ModelCases {
  private static final Dim BATCH = dim("batch", 2);
  private static final Dim SEQ = dim("seq", 3);
  private static final Dim TOKENS = dim("tokens", 5);
  private static final Dim EMBED = dim("embed", 6);
  private static final Dim HEAD = dim("headDim", 4);
  private static final Dim VOCAB = dim("vocab", 7);

  private ModelCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    layers(cases);
    cases.addAll(AttentionCases.all());
    losses(cases);
    return cases;
  }

  private static void layers(List<OpCase> cases) {
    Dim out = dim("mlp", 4);
    Linear torch = new Linear(true, Precision.FULL);
    Linear conv1d = new Linear(false, Precision.FULL);
    Arg x = Arg.floats(TOKENS, EMBED);
    Arg bias = Arg.floats(out);
    cases.add(OpCase.of("linear/torch", torch, x, Arg.floats(out, EMBED)));
    cases.add(OpCase.of("linear/torch-bias", torch, x, Arg.floats(out, EMBED), bias));
    cases.add(OpCase.of("linear/conv1d", conv1d, x, Arg.floats(EMBED, out)));
    cases.add(OpCase.of("linear/conv1d-bias", conv1d, x, Arg.floats(EMBED, out), bias));
    Dim half = dim("half", 2);
    Dim heads = dim("heads", 2);
    Arg cos = Arg.of(DType.F32, Fill.uniform(-1, 1), BATCH, SEQ, half);
    cases.add(OpCase.of("rope", new Rope(), Arg.floats(BATCH, SEQ, heads, HEAD), cos, cos));
    List<Dim> parts = List.of(dim("q", 3), dim("k", 1), dim("v", 2));
    cases.add(OpCase.of("split/last", new Split(1, parts), x));
    cases.add(OpCase.of("split/first", new Split(0, List.of(dim("p", 2), dim("r", 3))), x));
    cases.add(OpCase.of("split/one", new Split(0, List.of(dim("p", 5))), x));
  }

  private static void losses(List<OpCase> cases) {
    Arg targets = Arg.of(DType.I32, Fill.of(6, 0, 3, 3, 1), TOKENS);
    Arg logits = Arg.floats(TOKENS, VOCAB);
    cases.add(
        OpCase.of("crossEntropy/plain", new CrossEntropy(), logits, targets).gradientsThrough(1));
    Fill large = Fill.of(80, -80, 0, 500, 2, 3, -500);
    Arg extreme = Arg.of(DType.F32, large, TOKENS, VOCAB);
    cases.add(
        OpCase.of("crossEntropy/large", new CrossEntropy(), extreme, targets).withoutHalves());
    Arg hidden = Arg.floats(TOKENS, EMBED);
    Arg weight = Arg.floats(VOCAB, EMBED);
    Arg weights = Arg.floats(Fill.of(0.5, 0, 1, 0.25, 2), TOKENS);
    for (int chunk : List.of(1, 2, 5, 100)) {
      LinearCrossEntropy op = new LinearCrossEntropy(chunk, Precision.FULL);
      cases.add(
          OpCase.of("linearCrossEntropy/chunk" + chunk, op, hidden, weight, targets, weights)
              .gradientsThrough(3)
              .withoutHalves());
      cases.add(
          OpCase.of(
                  "linearEntropyGradient/chunk" + chunk,
                  new LinearEntropyGradient(chunk, Precision.FULL),
                  hidden,
                  weight,
                  weights)
              .withoutHalves());
    }
  }
}
