package dev.fettle.tck.cases;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.composite.Attention;
import dev.fettle.ir.composite.CausalAttention;
import dev.fettle.ir.composite.Segments;
import dev.fettle.ir.composite.SharedPrompt;
import dev.fettle.ir.op.Linalg.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Attention: over whole rows with a mask, and in blocks of queries. */
final class AttentionCases {
  private static final Dim BATCH = dim("batch", 2);
  private static final Dim QUERIES = dim("seq", 3);
  private static final Dim HEAD = dim("headDim", 4);
  private static final Dim KEYS = dim("key", 5);
  private static final int ROW = 10;
  private static final Dim SEQ = dim("seq", ROW);

  /** Two rows of three and two segments, the last of the second padding. */
  private static final Arg SEGMENTS =
      Arg.of(
          DType.I32,
          Fill.of(1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0),
          BATCH,
          SEQ);

  private AttentionCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    whole(cases);
    blocks(cases);
    rules(cases);
    gradient(cases);
    return cases;
  }

  private static void whole(List<OpCase> cases) {
    double minus = Attention.MASKED;
    Fill causal = (r, i) -> i % 5 <= i / 5 % 3 + 2 ? 0 : minus;
    // Two packed segments, the second starting at key 2; a query sees its own segment only.
    Fill segments = (r, i) -> (i % 5 < 2) == (i / 5 % 3 < 1) ? 0 : minus;
    int[][] grouped = {{2, 2}, {4, 2}, {4, 1}, {1, 1}};
    Attention op = new Attention(0.5, Precision.FULL);
    for (int[] g : grouped) {
      Arg q = Arg.floats(BATCH, dim("heads", g[0]), QUERIES, HEAD);
      Arg k = Arg.floats(BATCH, dim("kvHeads", g[1]), KEYS, HEAD);
      String name = "attention/" + g[0] + "-heads-" + g[1] + "-kv";
      Arg none = Arg.of(DType.F32, Fill.of(0), BATCH, QUERIES, KEYS);
      cases.add(OpCase.of(name, op, q, k, k, none));
      Arg mask = Arg.of(DType.F32, causal, BATCH, QUERIES, KEYS);
      cases.add(OpCase.of(name + "-causal", op, q, k, k, mask).withoutHalves());
      Arg packed = Arg.of(DType.F32, segments, BATCH, QUERIES, KEYS);
      cases.add(OpCase.of(name + "-segments", op, q, k, k, packed).withoutHalves());
    }
    Arg one = Arg.floats(BATCH, dim("heads", 2), dim("query", 1), HEAD);
    Arg k = Arg.floats(BATCH, dim("heads", 2), KEYS, HEAD);
    Arg bias = Arg.floats(BATCH, dim("query", 1), KEYS);
    cases.add(OpCase.of("attention/decode-bias", op, one, k, k, bias));
  }

  private static Arg heads(String name, int count) {
    return Arg.floats(BATCH, dim(name, count), SEQ, HEAD);
  }

  private static CausalAttention packed(int block, OptionalInt window) {
    return new CausalAttention(0.5, Precision.FULL, block, new Segments(window));
  }

  /** Block lengths that divide the row and that do not, and grouped heads. */
  private static void blocks(List<OpCase> cases) {
    Arg k = heads("kvHeads", 2);
    for (int block : new int[] {4, 1, 3, 5, 9, 10, 100}) {
      CausalAttention op = packed(block, OptionalInt.empty());
      String name = "causalAttention/block" + block;
      cases.add(causal(name, op, heads("heads", 4), k, k, SEGMENTS));
    }
    CausalAttention op = packed(4, OptionalInt.empty());
    Arg single = heads("kvHeads", 1);
    cases.add(
        causal("causalAttention/1-head-1-kv", op, heads("heads", 1), single, single, SEGMENTS));
    cases.add(
        causal("causalAttention/4-heads-1-kv", op, heads("heads", 4), single, single, SEGMENTS));
    cases.add(causal("causalAttention/2-heads-2-kv", op, heads("heads", 2), k, k, SEGMENTS));
    Dim row = dim("seq", 300);
    Arg q = Arg.floats(dim("batch", 1), dim("heads", 2), row, HEAD);
    Arg one = Arg.floats(dim("batch", 1), dim("kvHeads", 1), row, HEAD);
    Fill hundreds = (r, i) -> Math.floorDiv(i, 110);
    Arg of = Arg.of(DType.I32, hundreds, dim("batch", 1), row);
    cases.add(causal("causalAttention/long", packed(128, OptionalInt.empty()), q, one, one, of));
    cases.add(
        causal("causalAttention/long-window", packed(128, OptionalInt.of(70)), q, one, one, of));
  }

  /** Windows narrower and wider than a block and a row, and prompts that completions share. */
  private static void rules(List<OpCase> cases) {
    Arg q = heads("heads", 4);
    Arg k = heads("kvHeads", 2);
    for (int window : new int[] {1, 2, 3, 5, 6, 10, 50}) {
      CausalAttention op = packed(3, OptionalInt.of(window));
      cases.add(causal("causalAttention/window" + window, op, q, k, k, SEGMENTS));
    }
    // A prompt of three, two completions of it; in the second row a prompt of its own behind them.
    Arg own = ints(1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5);
    Arg prompt = ints(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 4, 4, 4, 4);
    Arg at = ints(0, 1, 2, 3, 4, 5, 3, 4, 5, 6, 0, 1, 2, 3, 2, 3, 0, 1, 2, 3);
    for (OptionalInt window : List.of(OptionalInt.empty(), OptionalInt.of(3))) {
      CausalAttention op = new CausalAttention(0.5, Precision.FULL, 4, new SharedPrompt(window));
      String name = "causalAttention/shared-prompt" + (window.isPresent() ? "-window" : "");
      cases.add(causal(name, op, q, k, k, own, prompt, at));
    }
  }

  private static Arg ints(double... values) {
    return Arg.of(DType.I32, Fill.of(values), BATCH, SEQ);
  }

  /** Only the result itself is differentiable; masks round to infinity in F16. */
  private static OpCase causal(String name, CausalAttention op, Arg... args) {
    return OpCase.of(name, op, args).gradientsThrough(1).withoutHalves();
  }

  private static void gradient(List<OpCase> cases) {
    Arg q = heads("heads", 4);
    Arg k = heads("kvHeads", 2);
    Arg total = Arg.floats(Fill.uniform(1, 3), BATCH, dim("heads", 4), SEQ);
    for (OptionalInt window : List.of(OptionalInt.empty(), OptionalInt.of(3))) {
      CausalAttention.Grad op = new CausalAttention.Grad(packed(4, window));
      String name = "causalAttentionGrad" + (window.isPresent() ? "/window" : "");
      cases.add(OpCase.of(name, op, q, k, k, q, total, q, SEGMENTS).withoutHalves());
    }
  }
}
