package dev.fettle.backend.tensorflow;

import static dev.fettle.ir.Dim.dim;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.backend.tensorflow.Gpt2Programs.Size;
import dev.fettle.backend.tensorflow.lower.ProgramLowering;
import dev.fettle.backend.tensorflow.lower.ProgramLowering.Lowered;
import dev.fettle.backend.tensorflow.lower.Target;
import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.RmsNorm;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.program.Passes;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.DataType;

/** Which nodes programs become. No native code runs here. */
class LoweringTest {
  private final ProgramBuilder b = new ProgramBuilder("test");
  private final GraphBuilder g = b.g();

  private static Lowered lower(Program program, long xlaElements) {
    return lower(program, xlaElements, Target.CPU);
  }

  private static Lowered lower(Program program, long xlaElements, Target target) {
    TensorFlowCapabilities capabilities =
        new TensorFlowCapabilities(new TensorFlowSettings(xlaElements, Optional.empty()), target);
    return ProgramLowering.lower(Passes.prepare(program, capabilities, false).program(), target);
  }

  private static Map<String, Long> ops(Lowered lowered) {
    return lowered.graph().getNodeList().stream()
        .collect(Collectors.groupingBy(n -> n.getOp(), Collectors.counting()));
  }

  private Map<String, Long> ops(Value y) {
    b.output("y", y);
    return ops(lower(b.build(), Long.MAX_VALUE));
  }

  @Test
  void broadcastsStayWithTheirConsumer() {
    Value x = b.input("x", TensorType.of(DType.F32, dim("n", 4), dim("m", 3)));
    Value row = b.input("row", TensorType.of(DType.F32, dim("m", 3)));
    Map<String, Long> ops = ops(g.scale(g.mul(x, g.broadcastRow(row, x.shape())), 3));
    assertThat(ops).doesNotContainKeys("BroadcastTo", "Fill").containsEntry("Mul", 2L);
  }

  @Test
  void broadcastsAreMadeWhereElementsAreNeeded() {
    Value row = b.input("row", TensorType.of(DType.F32, dim("m", 3)));
    Value wide = g.broadcastRow(row, TensorType.of(DType.F32, dim("n", 4), dim("m", 3)).shape());
    assertThat(ops(g.sum(wide, List.of(1)))).containsEntry("BroadcastTo", 1L);
  }

  @Test
  void columnSumsAreBiasGradients() {
    Value x = b.input("x", TensorType.of(DType.F32, dim("a", 2), dim("n", 4), dim("m", 3)));
    assertThat(ops(g.sum(x, List.of(0, 1)))).containsEntry("BiasAddGrad", 1L);
  }

  @Test
  void bfloat16ProductsShareCasts() {
    Value x = b.input("x", TensorType.of(DType.F32, dim("n", 4), dim("n", 4)));
    Value once = g.matmul(x, x, false, false, Precision.BF16);
    Value twice = g.matmul(x, x, true, false, Precision.BF16);
    // One cast of x, and one of each result.
    assertThat(ops(g.add(once, twice))).containsEntry("Cast", 3L);
  }

  @Test
  void cacheIsWrittenInPlace() {
    TensorType cache = TensorType.of(DType.F32, dim("batch", 2), dim("seq", 8), dim("d", 4));
    TensorType step = TensorType.of(DType.F32, dim("batch", 2), dim("seq", 1), dim("d", 4));
    Value old = b.state(new Slot("cache", cache), false);
    Value at = b.input("at", TensorType.scalar(DType.I32));
    Value written = g.dynamicUpdateSlice(old, b.input("new", step), at, 1);
    b.write("cache", written);
    b.output("sum", g.sumAll(written));
    Lowered lowered = lower(b.build(), Long.MAX_VALUE);
    assertThat(ops(lowered))
        .containsEntry("InplaceUpdate", 1L)
        .doesNotContainKey("AssignVariableOp");
    assertThat(lowered.overwritten()).containsExactly("cache");
  }

  @Test
  void optimizerUpdatesVariablesInOneFunctionForEachShape() {
    Lowered apply = lower(Gpt2Programs.of(Size.TINY, Precision.FULL).apply(), 1);
    assertThat(ops(apply)).doesNotContainKeys("AssignVariableOp", "Mul");
    assertThat(apply.inPlace()).hasSize(3 * 28);
    assertThat(apply.graph().getLibrary().getFunctionCount()).isEqualTo(9);
  }

  @Test
  void smallCompositesAreNotCompiled() {
    Lowered accumulate = lower(Gpt2Programs.of(Size.TINY, Precision.FULL).accumulate(), 1 << 19);
    assertThat(accumulate.graph().getLibrary().getFunctionCount()).isZero();
    assertThat(ops(accumulate)).doesNotContainKey("PartitionedCall");
  }

  private Value normed(Value x) {
    Value ones = g.fill(1, TensorType.of(DType.F32, dim("m", 4)));
    return RmsNorm.of(g, x, ones, 1e-6);
  }

  @Test
  void whatOnlyBfloat16ProductsReadIsWrittenAsBfloat16() {
    Value x = b.input("x", TensorType.of(DType.F32, dim("n", 3), dim("m", 4)));
    Value w = b.input("w", TensorType.of(DType.F32, dim("m", 4), dim("k", 5)));
    b.output("y", g.matmul(normed(x), w, false, false, Precision.BF16));
    Lowered lowered = lower(b.build(), 1);
    // Of the weight, and of the result; the norm is rounded where it is computed.
    assertThat(ops(lowered)).containsEntry("Cast", 2L).containsEntry("PartitionedCall", 1L);
    assertThat(lowered.graph().getLibrary().getFunction(0).getSignature().getOutputArgList())
        .anyMatch(a -> a.getType() == DataType.DT_BFLOAT16);
  }

  @Test
  void whatOthersReadTooIsWrittenInBothTypes() {
    Value x = b.input("x", TensorType.of(DType.F32, dim("n", 3), dim("m", 4)));
    Value w = b.input("w", TensorType.of(DType.F32, dim("m", 4), dim("k", 5)));
    Value y = normed(x);
    b.output("y", g.matmul(y, w, false, false, Precision.BF16));
    b.output("norm", y);
    Lowered lowered = lower(b.build(), 1);
    assertThat(ops(lowered)).containsEntry("Cast", 2L);
    assertThat(lowered.graph().getLibrary().getFunction(0).getSignature().getOutputArgList())
        .anyMatch(a -> a.getType() == DataType.DT_BFLOAT16)
        .anyMatch(a -> a.getType() == DataType.DT_FLOAT);
  }

  @Test
  void compiledCompositesReadBfloat16ProductsAsTheyAre() {
    Value x = b.input("x", TensorType.of(DType.F32, dim("n", 3), dim("m", 4)));
    Value w = b.input("w", TensorType.of(DType.F32, dim("m", 4), dim("m", 4)));
    b.output("y", normed(g.matmul(x, w, false, false, Precision.BF16)));
    assertThat(ops(lower(b.build(), 1))).containsEntry("Cast", 2L);
  }
}
