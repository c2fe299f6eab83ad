package dev.fettle.tck.cases;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.ir.Dim;
import dev.fettle.ir.op.Linalg.Matmul;
import dev.fettle.ir.op.Linalg.Precision;
import java.util.ArrayList;
import java.util.List;

/** Matrix products, in all four forms, with and without batch axes. */
final class LinalgCases {
  private static final Dim M = dim("m", 3);
  private static final Dim K = dim("k", 5);
  private static final Dim N = dim("n", 4);
  private static final Dim ONE = dim("one", 1);

  private LinalgCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    for (boolean a : List.of(false, true)) {
      for (boolean b : List.of(false, true)) {
        String form = (a ? "t" : "n") + (b ? "t" : "n");
        Matmul op = new Matmul(a, b, Precision.FULL);
        cases.add(matmul("matmul/" + form, op, List.of()));
        cases.add(matmul("matmul/" + form + "-batch", op, List.of(dim("batch", 2))));
        cases.add(
            matmul("matmul/" + form + "-heads", op, List.of(dim("batch", 2), dim("heads", 3))));
      }
    }
    Matmul plain = new Matmul(false, false, Precision.FULL);
    cases.add(OpCase.of("matmul/outer", plain, Arg.floats(M, ONE), Arg.floats(ONE, N)));
    cases.add(OpCase.of("matmul/inner", plain, Arg.floats(ONE, K), Arg.floats(K, dim("u", 1))));
    Dim wide = dim("k", 67);
    cases.add(
        OpCase.of(
            "matmul/wide", plain, Arg.floats(dim("m", 33), wide), Arg.floats(wide, dim("n", 41))));
    return cases;
  }

  private static OpCase matmul(String name, Matmul op, List<Dim> batch) {
    return OpCase.of(
        name,
        op,
        Arg.floats(with(batch, op.transposeA(), M, K)),
        Arg.floats(with(batch, op.transposeB(), K, N)));
  }

  private static Dim[] with(List<Dim> batch, boolean transposed, Dim rows, Dim columns) {
    List<Dim> dims = new ArrayList<>(batch);
    dims.add(transposed ? columns : rows);
    dims.add(transposed ? rows : columns);
    return dims.toArray(Dim[]::new);
  }
}
