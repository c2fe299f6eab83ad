package dev.fettle.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.autodiff.Gradients;
import dev.fettle.backend.onnxruntime.lower.Kernels;
import dev.fettle.backend.onnxruntime.lower.Lowered;
import dev.fettle.backend.onnxruntime.lower.ProgramLowering;
import dev.fettle.backend.onnxruntime.lower.Target;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Shape;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.CausalAttention;
import dev.fettle.ir.composite.CrossEntropy;
import dev.fettle.ir.composite.LayerNorm;
import dev.fettle.ir.composite.Linear;
import dev.fettle.ir.composite.Segments;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.program.Passes;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Which ONNX nodes programs become, where it matters for speed or memory. */
class LoweringTest {
  private static final Dim ROWS = new Dim("rows", 6);
  private static final Dim IN = new Dim("in", 4);
  private static final Dim OUT = new Dim("out", 3);
  private static final Linear DENSE = new Linear(false, Precision.FULL);

  private final ProgramBuilder b = new ProgramBuilder("p");
  private final GraphBuilder g = b.g();

  private Lowered lower() {
    return ProgramLowering.lower(
        "onnxruntime",
        Passes.prepare(b.build(), new Kernels(Target.CPU), false).program(),
        Target.CPU);
  }

  private List<String> ops() {
    return lower().model().getGraph().getNodeList().stream().map(n -> n.getOpType()).toList();
  }

  private Value input(String name, Dim... dims) {
    return b.input(name, TensorType.of(DType.F32, dims));
  }

  private Value slot(String name, Dim... dims) {
    return b.state(new Slot(name, TensorType.of(DType.F32, dims)), true);
  }

  @Test
  void aLinearLayerIsOneGemm() {
    b.output("y", Linear.of(g, DENSE, input("x", ROWS, IN), slot("w", IN, OUT), slot("b", OUT)));
    assertThat(ops()).containsExactly("Gemm");
  }

  @Test
  void aBroadcastCostsNothing() {
    Value x = input("x", ROWS, OUT);
    b.output("y", g.mul(g.add(x, g.broadcastRow(slot("r", OUT), x.shape())), g.fill(2, x.type())));
    assertThat(ops()).containsExactly("Add", "Mul");
  }

  @Test
  void gradientsAreAddedUpInsideTheProductAndInPlace() {
    Value d = g.matmul(input("x", ROWS, IN), input("d", ROWS, OUT), true, false, Precision.FULL);
    b.write("grad", g.add(slot("grad", IN, OUT), d));
    assertThat(ops()).containsExactly("Gemm");
    assertThat(lower().inPlace()).containsExactly("grad");
  }

  @Test
  void aProductThatReadsWhatItIsAddedToIsNotWrittenInPlace() {
    Dim n = new Dim("n", 4);
    Value w = g.reshape(slot("w", n, new Dim("m", 4)), n, n);
    Value next = g.add(w, g.matmul(w, w));
    b.write("w", g.reshape(next, n, new Dim("m", 4)));
    assertThat(lower().inPlace()).isEmpty();
  }

  @Test
  void aConstantFactorIsPartOfTheProduct() {
    Value q = g.scale(input("q", ROWS, IN), 0.125);
    b.output("y", g.matmul(q, input("k", OUT, IN), false, true, Precision.FULL));
    assertThat(ops()).containsExactly("Gemm");
  }

  @Test
  void transpositionsInARowAreOne() {
    Value x = input("x", ROWS, IN, OUT);
    b.output("y", g.transpose(g.transpose(x, List.of(1, 0, 2)), List.of(0, 2, 1)));
    b.output("same", g.transpose(g.transpose(x, List.of(1, 2, 0)), List.of(2, 0, 1)));
    assertThat(ops()).containsExactlyInAnyOrder("Transpose", "Identity");
  }

  @Test
  void aCacheIsUpdatedInPlace() {
    Dim seq = new Dim("seq", 8);
    Value start = b.input("start", TensorType.scalar(DType.I32));
    Value fresh = input("fresh", ROWS, new Dim("seq", 1), OUT);
    b.write("cache", g.dynamicUpdateSlice(slot("cache", ROWS, seq, OUT), fresh, start, 1));
    assertThat(lower().inPlace()).containsExactly("cache");
    assertThat(ops()).contains("ScatterND").doesNotContain("Expand");
  }

  @Test
  void aSlotReadByPartsOfAnOperationOutsideTheWriterIsNotUpdatedInPlace() {
    Value x = input("x", ROWS, OUT);
    Value gamma = slot("gamma", OUT);
    Value y = LayerNorm.of(g, x, gamma, slot("beta", OUT), 1e-5);
    Value loss = g.sumAll(g.mul(y, y));
    Value moved = Gradients.of(g, loss, List.of(gamma)).get(0);
    b.write("gamma", g.sub(gamma, moved));
    b.output("shown", g.add(g.broadcastRow(gamma, x.shape()), x));
    assertThat(lower().inPlace()).isEmpty();
  }

  @Test
  void weightGradientsRunAsSoonAsTheyCan() {
    b.output("y", g.neg(input("x", ROWS)));
    b.output("z", g.abs(input("w", ROWS)));
    assertThat(ops()).as("the runtime takes the last one first").containsExactly("Abs", "Neg");
  }

  @Test
  void crossEntropyKeepsOneVocabulary() {
    Value x = input("logits", ROWS, OUT);
    Value targets = b.input("targets", new TensorType(DType.I32, Shape.of(ROWS)));
    List<Value> both = CrossEntropy.of(g, x, targets);
    b.output("nll", both.get(0));
    b.output("residual", both.get(1));
    assertThat(ops()).containsOnlyOnce("Softmax").containsOnlyOnce("ScatterElements");
    assertThat(lower().indices()).containsEntry("targets", 3L);
  }

  /** Else the runtime would keep the scores of every block for those of the backward pass. */
  @Test
  void attentionInBlocksIsAGraphOfItsOwnEachWay() {
    Dim seq = new Dim("seq", 300);
    Dim[] dims = {new Dim("batch", 1), new Dim("heads", 2), seq, new Dim("headDim", 4)};
    Value q = slot("q", dims);
    Value segments = b.input("segments", TensorType.of(DType.I32, dims[0], seq));
    Segments rule = new Segments(OptionalInt.empty());
    CausalAttention op = new CausalAttention(0.5, Precision.FULL, 128, rule);
    Value loss = g.sumAll(CausalAttention.of(g, op, q, q, q, List.of(segments)));
    b.write("grad", Gradients.of(g, loss, List.of(q)).get(0));
    assertThat(ops()).filteredOn("If"::equals).hasSize(2);
    assertThat(ops()).doesNotContain("Softmax", "Exp", "MatMul", "FusedMatMul", "Where");
    List<String> forward =
        lower().model().getGraph().getNodeList().stream()
            .filter(n -> n.getOpType().equals("If"))
            .flatMap(n -> n.getAttribute(0).getG().getNodeList().stream())
            .map(n -> n.getOpType())
            .toList();
    assertThat(forward).filteredOn("Softmax"::equals).hasSize(3);
    long scores = 2L * (128 * 128 + 128 * 256 + 44 * 300) * Float.BYTES;
    assertThat(lower().intermediateBytes()).isGreaterThan(4 * scores);
  }
}
