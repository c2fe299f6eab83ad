package dev.fettle.tck.cases;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.Shape;
import dev.fettle.ir.op.Layout.Barrier;
import dev.fettle.ir.op.Layout.Broadcast;
import dev.fettle.ir.op.Layout.Concat;
import dev.fettle.ir.op.Layout.Pad;
import dev.fettle.ir.op.Layout.Reshape;
import dev.fettle.ir.op.Layout.Slice;
import dev.fettle.ir.op.Layout.Transpose;
import java.util.ArrayList;
import java.util.List;

/** Operations that move or repeat elements. */
final class LayoutCases {
  private static final Dim A = dim("a", 3);
  private static final Dim B = dim("b", 4);
  private static final Dim C = dim("c", 2);
  private static final Dim ONE = dim("one", 1);

  private LayoutCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    shapes(cases);
    boxes(cases);
    otherTypes(cases);
    return cases;
  }

  private static void shapes(List<OpCase> cases) {
    cases.add(OpCase.of("reshape/flat", new Reshape(Shape.of(dim("all", 12))), Arg.floats(A, B)));
    cases.add(OpCase.of("reshape/rename", new Reshape(Shape.of(dim("x", 3), B)), Arg.floats(A, B)));
    cases.add(OpCase.of("reshape/scalar", new Reshape(Shape.SCALAR), Arg.floats(ONE, ONE)));
    cases.add(OpCase.of("reshape/from-scalar", new Reshape(Shape.of(ONE, ONE)), Arg.floats()));
    cases.add(OpCase.of("reshape/same", new Reshape(Shape.of(A)), Arg.floats(A)));
    cases.add(OpCase.of("transpose/matrix", new Transpose(List.of(1, 0)), Arg.floats(A, B)));
    cases.add(OpCase.of("transpose/cycle", new Transpose(List.of(2, 0, 1)), Arg.floats(A, B, C)));
    cases.add(
        OpCase.of("transpose/heads", new Transpose(List.of(0, 2, 1, 3)), Arg.floats(C, A, B, C)));
    cases.add(OpCase.of("transpose/same", new Transpose(List.of(0, 1)), Arg.floats(A, B)));
    cases.add(OpCase.of("transpose/vector", new Transpose(List.of(0)), Arg.floats(A)));
    cases.add(OpCase.of("transpose/scalar", new Transpose(List.of()), Arg.floats()));
    cases.add(OpCase.of("transpose/size1", new Transpose(List.of(1, 0)), Arg.floats(A, ONE)));
    cases.add(broadcast("scalar", List.of()));
    cases.add(broadcast("row", List.of(2), C));
    cases.add(broadcast("column", List.of(0), A));
    cases.add(broadcast("middle", List.of(1), B));
    cases.add(broadcast("outer", List.of(0, 2), A, C));
    cases.add(broadcast("same", List.of(0, 1, 2), A, B, C));
    cases.add(
        OpCase.of(
            "broadcast/size1", new Broadcast(Shape.of(A, ONE, B), List.of(1)), Arg.floats(ONE)));
    cases.add(
        OpCase.of("broadcast/to-scalar", new Broadcast(Shape.SCALAR, List.of()), Arg.floats()));
  }

  private static OpCase broadcast(String name, List<Integer> axes, Dim... dims) {
    return OpCase.of("broadcast/" + name, new Broadcast(Shape.of(A, B, C), axes), Arg.floats(dims));
  }

  private static void boxes(List<OpCase> cases) {
    Slice inner = new Slice(List.of(1L, 0L, 1L), List.of(2L, 3L, 1L));
    cases.add(OpCase.of("slice/inner", inner, Arg.floats(A, B, C)));
    cases.add(
        OpCase.of("slice/rows", new Slice(List.of(1L, 0L), List.of(2L, 4L)), Arg.floats(A, B)));
    cases.add(OpCase.of("slice/whole", new Slice(List.of(0L), List.of(3L)), Arg.floats(A)));
    cases.add(
        OpCase.of("slice/one", new Slice(List.of(2L, 3L), List.of(1L, 1L)), Arg.floats(A, B)));
    cases.add(OpCase.of("slice/scalar", new Slice(List.of(), List.of()), Arg.floats()));
    cases.add(
        OpCase.of("concat/first", new Concat(0), Arg.floats(A, B), Arg.floats(dim("z", 1), B)));
    cases.add(
        OpCase.of(
            "concat/middle",
            new Concat(1),
            Arg.floats(A, B, C),
            Arg.floats(A, ONE, C),
            Arg.floats(A, dim("z", 2), C)));
    cases.add(OpCase.of("concat/one", new Concat(0), Arg.floats(A)));
    Arg twice = Arg.floats(A, B);
    cases.add(OpCase.of("concat/last", new Concat(1), twice, twice));
    Pad pad = new Pad(List.of(1L, 0L), List.of(0L, 2L), -1.5);
    cases.add(OpCase.of("pad/corner", pad, Arg.floats(A, B)));
    cases.add(OpCase.of("pad/nothing", new Pad(List.of(0L), List.of(0L), 9), Arg.floats(A)));
    cases.add(OpCase.of("pad/vector", new Pad(List.of(2L), List.of(3L), 0), Arg.floats(ONE)));
    cases.add(OpCase.of("barrier/one", new Barrier(), Arg.floats(A, B)));
    cases.add(
        OpCase.of(
            "barrier/many",
            new Barrier(),
            Arg.floats(A, B),
            Arg.of(DType.I32, Fill.whole(0, 5), C),
            Arg.floats()));
  }

  private static void otherTypes(List<OpCase> cases) {
    for (DType dtype : List.of(DType.I32, DType.I64, DType.U8, DType.BOOL)) {
      Arg x = Arg.of(dtype, Fill.whole(0, 2), A, B);
      cases.add(OpCase.of("transpose/" + dtype, new Transpose(List.of(1, 0)), x));
      cases.add(OpCase.of("reshape/" + dtype, new Reshape(Shape.of(dim("all", 12))), x));
      cases.add(
          OpCase.of("broadcast/" + dtype, new Broadcast(Shape.of(C, A, B), List.of(1, 2)), x));
      cases.add(OpCase.of("slice/" + dtype, new Slice(List.of(0L, 1L), List.of(2L, 2L)), x));
      cases.add(OpCase.of("concat/" + dtype, new Concat(0), x, x));
    }
    Arg ints = Arg.of(DType.I32, Fill.whole(0, 9), A, B);
    Pad pad = new Pad(List.of(0L, 1L), List.of(1L, 0L), -100);
    cases.add(OpCase.of("pad/I32", pad, ints));
  }
}
