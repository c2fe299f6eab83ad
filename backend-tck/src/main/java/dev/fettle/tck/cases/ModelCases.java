package dev.fettle.tck.cases;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.composite.Attention;
import dev.fettle.ir.composite.CrossEntropy;
import dev.fettle.ir.composite.Linear;
import dev.fettle.ir.composite.LinearCrossEntropy;
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
    attention(cases);
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

  private static void attention(List<OpCase> cases) {
    Dim key = dim("key", 5);
    double minus = Attention.MASKED;
    Fill causal = (r, i) -> i % 5 <= i / 5 % 3 + 2 ? 0 : minus;
    // Two packed segments, the second starting at key 2; a query sees its own segment only.
    Fill segments = (r, i) -> (i % 5 < 2) == (i / 5 % 3 < 1) ? 0 : minus;
    int[][] grouped = {{2, 2}, {4, 2}, {4, 1}, {1, 1}};
    Attention op = new Attention(0.5, Precision.FULL);
    for (int[] g : grouped) {
      Arg q = Arg.floats(BATCH, dim("heads", g[0]), SEQ, HEAD);
      Arg k = Arg.floats(BATCH, dim("kvHeads", g[1]), key, HEAD);
      String name = "attention/" + g[0] + "-heads-" + g[1] + "-kv";
      Arg none = Arg.of(DType.F32, Fill.of(0), BATCH, SEQ, key);
      cases.add(OpCase.of(name, op, q, k, k, none));
      Arg mask = Arg.of(DType.F32, causal, BATCH, SEQ, key);
      cases.add(OpCase.of(name + "-causal", op, q, k, k, mask).withoutHalves());
      Arg packed = Arg.of(DType.F32, segments, BATCH, SEQ, key);
      cases.add(OpCase.of(name + "-segments", op, q, k, k, packed).withoutHalves());
    }
    Arg one = Arg.floats(BATCH, dim("heads", 2), dim("query", 1), HEAD);
    Arg k = Arg.floats(BATCH, dim("heads", 2), key, HEAD);
    Arg bias = Arg.floats(BATCH, dim("query", 1), key);
    cases.add(OpCase.of("attention/decode-bias", op, one, k, k, bias));
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
              .gradientsThrough(2)
              .withoutHalves());
    }
  }
}
