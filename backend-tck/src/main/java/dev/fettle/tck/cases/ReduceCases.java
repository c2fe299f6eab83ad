package dev.fettle.tck.cases;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.op.Reduce.Argmax;
import dev.fettle.ir.op.Reduce.Cumsum;
import dev.fettle.ir.op.Reduce.Max;
import dev.fettle.ir.op.Reduce.Sum;
import java.util.ArrayList;
import java.util.List;

/** Reductions and scans. */
final class ReduceCases {
  private static final Dim A = dim("a", 3);
  private static final Dim B = dim("b", 4);
  private static final Dim C = dim("c", 2);
  private static final Dim ONE = dim("one", 1);

  private ReduceCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    for (List<Integer> axes :
        List.of(List.of(0), List.of(1), List.of(2), List.of(0, 2), List.of(0, 1, 2))) {
      cases.add(OpCase.of("sum/axes" + axes, new Sum(axes), Arg.floats(A, B, C)));
      cases.add(OpCase.of("reduceMax/axes" + axes, new Max(axes), Arg.floats(A, B, C)));
    }
    cases.add(OpCase.of("sum/no-axes", new Sum(List.of()), Arg.floats(A, B)));
    cases.add(OpCase.of("sum/size1", new Sum(List.of(1)), Arg.floats(A, ONE)));
    cases.add(OpCase.of("sum/vector", new Sum(List.of(0)), Arg.floats(dim("a", 1000))));
    for (DType dtype : List.of(DType.I32, DType.I64)) {
      Arg ints = Arg.of(dtype, Fill.whole(-9, 10), A, B);
      cases.add(OpCase.of("sum/" + dtype, new Sum(List.of(1)), ints));
      cases.add(OpCase.of("reduceMax/" + dtype, new Max(List.of(0)), ints));
      cases.add(OpCase.of("cumsum/" + dtype, new Cumsum(1, false, false), ints));
    }
    cases.add(OpCase.of("reduceMax/size1", new Max(List.of(1)), Arg.floats(A, ONE)));
    Arg ties = Arg.of(DType.F32, Fill.whole(0, 3), A, dim("b", 8));
    cases.add(OpCase.of("reduceMax/ties", new Max(List.of(1)), ties));
    Arg infinite = Arg.of(DType.F32, Fill.of(Double.NEGATIVE_INFINITY, 1, -2), A, B);
    cases.add(OpCase.of("reduceMax/infinite", new Max(List.of(0)), infinite));
    for (int axis = 0; axis < 3; axis++) {
      cases.add(OpCase.of("argmax/axis" + axis, new Argmax(axis), Arg.floats(A, B, C).rough()));
    }
    cases.add(OpCase.of("argmax/ties", new Argmax(1), ties));
    cases.add(OpCase.of("argmax/size1", new Argmax(0), Arg.floats(ONE, A).rough()));
    for (boolean exclusive : List.of(false, true)) {
      for (boolean reverse : List.of(false, true)) {
        String name = "cumsum/" + (exclusive ? "exclusive" : "") + (reverse ? "reverse" : "");
        cases.add(OpCase.of(name, new Cumsum(1, exclusive, reverse), Arg.floats(A, B, C)));
      }
    }
    cases.add(OpCase.of("cumsum/first", new Cumsum(0, false, false), Arg.floats(A)));
    cases.add(OpCase.of("cumsum/size1", new Cumsum(1, true, false), Arg.floats(A, ONE)));
    return cases;
  }
}
