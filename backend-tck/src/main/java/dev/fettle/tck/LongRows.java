package dev.fettle.tck;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.autodiff.Gradients;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.CausalAttention;
import dev.fettle.ir.composite.Segments;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.HostTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * Attention over packed rows and its gradients, with any length of block.
 *
 * @param seq tokens of a row
 * @param heads query heads
 * @param kvHeads key heads
 * @param window places a query sees, where it is limited
 */
record LongRows(int seq, int heads, int kvHeads, OptionalInt window) {
  private static final Dim BATCH = dim("batch", 2);
  private static final Dim HEAD = dim("headDim", 8);

  /** Longer than two usual blocks, and no multiple of any. */
  static List<LongRows> all() {
    return List.of(
        new LongRows(300, 2, 2, OptionalInt.empty()),
        new LongRows(300, 4, 1, OptionalInt.empty()),
        new LongRows(300, 4, 2, OptionalInt.of(100)),
        new LongRows(257, 2, 1, OptionalInt.of(257)));
  }

  /** The result, and the gradients of the sum of its products with fixed numbers. */
  Program program(DType floats, int block) {
    ProgramBuilder b = new ProgramBuilder("rows");
    Map<String, Value> in = new LinkedHashMap<>();
    types(floats).forEach((name, type) -> in.put(name, b.state(new Slot(name, type), true)));
    Value segments = b.input("segments", TensorType.of(DType.I32, BATCH, dim("seq", seq)));
    CausalAttention op = new CausalAttention(0.3, Precision.FULL, block, new Segments(window));
    Value q = Maps.get(in, "q");
    Value out =
        CausalAttention.of(b.g(), op, q, Maps.get(in, "k"), Maps.get(in, "v"), List.of(segments));
    b.output("out", out);
    Value loss = b.g().sumAll(b.g().mul(out, b.input("cotangent", q.type())));
    List<Value> gradients = Gradients.of(b.g(), loss, List.copyOf(in.values()));
    for (int i = 0; i < in.size(); i++) {
      b.output("gradient" + i, gradients.get(i));
    }
    return b.build();
  }

  private Map<String, TensorType> types(DType floats) {
    Dim row = dim("seq", seq);
    TensorType keys = TensorType.of(floats, BATCH, dim("kvHeads", kvHeads), row, HEAD);
    Map<String, TensorType> types = new LinkedHashMap<>();
    types.put("q", TensorType.of(floats, BATCH, dim("heads", heads), row, HEAD));
    types.put("k", keys);
    types.put("v", keys);
    return types;
  }

  /** Everything the program reads. Each row has segments of another length. */
  Map<String, HostTensor> operands(DType floats) {
    Map<String, HostTensor> all = new LinkedHashMap<>();
    types(floats)
        .forEach((name, type) -> all.put(name, BackendContract.normal(type, name.hashCode())));
    all.put("cotangent", BackendContract.normal(Objects.requireNonNull(types(floats).get("q")), 7));
    int[] segments = new int[2 * seq];
    for (int i = 0; i < segments.length; i++) {
      segments[i] = i < seq ? i / 90 : (i - seq) / 170;
    }
    all.put("segments", HostTensor.ofInts(segments, 2, seq));
    return all;
  }
}
