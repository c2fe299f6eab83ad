package dev.fettle.backend.tensorflow;

import static dev.fettle.ir.Dim.dim;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.backend.tensorflow.Gpt2Programs.Size;
import dev.fettle.backend.tensorflow.lower.ProgramLowering;
import dev.fettle.backend.tensorflow.lower.ProgramLowering.Lowered;
import dev.fettle.backend.tensorflow.lower.Target;
import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.program.Passes;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.NodeDef;

/** Which nodes programs become on a GPU. No native code runs here. */
class GpuNodesTest {
  private static final TensorType SQUARE = TensorType.of(DType.F32, dim("n", 4), dim("n", 4));

  private static Lowered lower(Program program, Target target) {
    TensorFlowCapabilities capabilities =
        new TensorFlowCapabilities(
            new TensorFlowSettings(Long.MAX_VALUE, Optional.empty()), target);
    return ProgramLowering.lower(Passes.prepare(program, capabilities, false).program(), target);
  }

  private static Map<String, Long> ops(Lowered lowered) {
    return lowered.graph().getNodeList().stream()
        .collect(Collectors.groupingBy(NodeDef::getOp, Collectors.counting()));
  }

  private static Program accumulate(Precision precision) {
    return Gpt2Programs.of(Size.TINY, precision).accumulate();
  }

  @Test
  void nothingIsScatteredInTheOrderThreadsArrive() {
    assertThat(ops(lower(accumulate(Precision.FULL), Target.CPU)))
        .containsKeys("TensorScatterAdd", "BiasAddGrad");
    assertThat(ops(lower(accumulate(Precision.FULL), Target.GPU)))
        .containsKeys("UnsortedSegmentSum", "OneHot")
        .doesNotContainKeys(
            "TensorScatterAdd", "BiasAddGrad", "SparseSoftmaxCrossEntropyWithLogits");
  }

  @Test
  void productsAreRoundedOnlyWhereThatWasAskedFor() {
    assertThat(lower(accumulate(Precision.FULL), Target.GPU).tf32()).isFalse();
    assertThat(lower(accumulate(Precision.BF16), Target.GPU).tf32()).isFalse();
    assertThat(lower(accumulate(Precision.TF32), Target.GPU).tf32()).isTrue();
    assertThat(lower(accumulate(Precision.TF32), Target.CPU).tf32()).isFalse();
  }

  @Test
  void productsOfF32BesideThoseOfTf32KeepTheirBits() {
    ProgramBuilder b = new ProgramBuilder("p");
    Value x = b.input("x", SQUARE);
    Value rounded = b.g().matmul(x, x, false, false, Precision.TF32);
    Value exact = b.g().matmul(x, x, true, false, Precision.FULL);
    b.output("y", b.g().add(rounded, exact));
    Lowered lowered = lower(b.build(), Target.GPU);
    assertThat(products(lowered)).containsExactlyInAnyOrder("DT_FLOAT", "DT_DOUBLE");
    assertThat(lowered.notes()).anyMatch(note -> note.contains("computed in F64"));
  }

  private static List<String> products(Lowered lowered) {
    return lowered.graph().getNodeList().stream()
        .filter(n -> n.getOp().equals("MatMul") || n.getOp().startsWith("BatchMatMul"))
        .map(n -> n.getAttrOrThrow("T").getType().name())
        .toList();
  }

  @Test
  void attentionsProductsAreInBfloat16Too() {
    assertThat(products(lower(accumulate(Precision.BF16), Target.CPU)))
        .contains("DT_FLOAT", "DT_BFLOAT16");
    assertThat(products(lower(accumulate(Precision.BF16), Target.GPU))).containsOnly("DT_BFLOAT16");
  }

  @Test
  void noOperandIsTurnedForAProduct() {
    TensorType wide = TensorType.of(DType.F32, dim("rows", 512), dim("inner", 1024));
    TensorType weight = TensorType.of(DType.F32, dim("out", 1024), dim("inner", 1024));
    ProgramBuilder b = new ProgramBuilder("p");
    b.output(
        "y", b.g().matmul(b.input("x", wide), b.input("w", weight), false, true, Precision.FULL));
    Program program = b.build();
    assertThat(ops(lower(program, Target.CPU))).containsKey("Transpose");
    assertThat(ops(lower(program, Target.GPU))).doesNotContainKey("Transpose");
  }
}
