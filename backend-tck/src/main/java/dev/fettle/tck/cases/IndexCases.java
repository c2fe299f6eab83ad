package dev.fettle.tck.cases;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.op.Index.DynamicUpdateSlice;
import dev.fettle.ir.op.Index.Gather;
import dev.fettle.ir.op.Index.ScatterAdd;
import dev.fettle.ir.op.Index.TakeAlong;
import dev.fettle.ir.op.Index.TopK;
import java.util.ArrayList;
import java.util.List;

/** Reading and writing at computed positions. */
final class IndexCases {
  private static final Dim ROWS = dim("rows", 5);
  private static final Dim EMBED = dim("embed", 3);
  private static final Dim BATCH = dim("batch", 2);
  private static final Dim SEQ = dim("seq", 4);

  private IndexCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    for (DType index : List.of(DType.I32, DType.I64)) {
      rows(cases, index);
      along(cases, index);
    }
    updates(cases);
    largest(cases);
    return cases;
  }

  private static void rows(List<OpCase> cases, DType index) {
    Arg table = Arg.floats(ROWS, EMBED);
    Arg repeated = Arg.of(index, Fill.of(4, 0, 0, 2), SEQ);
    Arg matrix = Arg.of(index, Fill.whole(0, 5), BATCH, SEQ);
    Arg scalar = Arg.of(index, Fill.of(3));
    Gather gather = new Gather();
    cases.add(OpCase.of("gather/" + index + "-vector", gather, table, repeated));
    cases.add(OpCase.of("gather/" + index + "-matrix", gather, table, matrix));
    cases.add(OpCase.of("gather/" + index + "-scalar", gather, table, scalar));
    cases.add(OpCase.of("gather/" + index + "-elements", gather, Arg.floats(ROWS), matrix));
    Arg ints = Arg.of(DType.I32, Fill.whole(-9, 9), ROWS, EMBED);
    cases.add(OpCase.of("gather/" + index + "-of-I32", gather, ints, repeated));
    ScatterAdd scatter = new ScatterAdd();
    cases.add(
        OpCase.of(
            "scatterAdd/" + index + "-repeated", scatter, table, repeated, Arg.floats(SEQ, EMBED)));
    cases.add(
        OpCase.of(
            "scatterAdd/" + index + "-matrix",
            scatter,
            table,
            matrix,
            Arg.floats(BATCH, SEQ, EMBED)));
    cases.add(
        OpCase.of("scatterAdd/" + index + "-scalar", scatter, table, scalar, Arg.floats(EMBED)));
    cases.add(
        OpCase.of(
            "scatterAdd/" + index + "-elements",
            scatter,
            Arg.floats(ROWS),
            repeated,
            Arg.floats(SEQ)));
  }

  private static void along(List<OpCase> cases, DType index) {
    Arg x = Arg.floats(BATCH, ROWS, EMBED);
    cases.add(
        OpCase.of(
            "takeAlong/" + index + "-middle",
            new TakeAlong(1),
            x,
            Arg.of(index, Fill.whole(0, 5), BATCH, dim("n", 7), EMBED)));
    cases.add(
        OpCase.of(
            "takeAlong/" + index + "-last",
            new TakeAlong(1),
            Arg.floats(SEQ, ROWS),
            Arg.of(index, Fill.whole(0, 5), SEQ, dim("one", 1))));
    cases.add(
        OpCase.of(
            "takeAlong/" + index + "-first",
            new TakeAlong(0),
            Arg.floats(ROWS, EMBED),
            Arg.of(index, Fill.whole(0, 5), dim("n", 2), EMBED)));
    cases.add(
        OpCase.of(
            "takeAlong/" + index + "-repeated",
            new TakeAlong(0),
            Arg.floats(ROWS),
            Arg.of(index, Fill.of(1), SEQ)));
  }

  private static void updates(List<OpCase> cases) {
    Arg x = Arg.floats(BATCH, ROWS, EMBED);
    for (int start : List.of(0, 2, 3)) {
      cases.add(
          OpCase.of(
              "dynamicUpdateSlice/at" + start,
              new DynamicUpdateSlice(1),
              x,
              Arg.floats(BATCH, dim("n", 2), EMBED),
              Arg.of(DType.I32, Fill.of(start))));
    }
    cases.add(
        OpCase.of(
            "dynamicUpdateSlice/whole",
            new DynamicUpdateSlice(0),
            Arg.floats(ROWS),
            Arg.floats(dim("n", 5)),
            Arg.of(DType.I32, Fill.of(0))));
    Arg cache = Arg.of(DType.I32, Fill.whole(0, 9), ROWS, EMBED);
    cases.add(
        OpCase.of(
            "dynamicUpdateSlice/I32",
            new DynamicUpdateSlice(0),
            cache,
            Arg.of(DType.I32, Fill.whole(10, 19), dim("n", 1), EMBED),
            Arg.of(DType.I32, Fill.of(4))));
  }

  private static void largest(List<OpCase> cases) {
    cases.add(OpCase.of("topK/matrix", new TopK(3), Arg.floats(SEQ, dim("vocab", 9))));
    cases.add(OpCase.of("topK/vector", new TopK(1), Arg.floats(dim("vocab", 9))));
    cases.add(OpCase.of("topK/all", new TopK(5), Arg.floats(BATCH, SEQ, ROWS)));
    Arg ties = Arg.of(DType.F32, Fill.of(1, 3, 3, 0, 1, 3), dim("vocab", 6));
    cases.add(OpCase.of("topK/ties", new TopK(5), ties));
  }
}
