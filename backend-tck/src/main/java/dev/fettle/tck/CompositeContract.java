package dev.fettle.tck;

import dev.fettle.ir.DType;
import dev.fettle.program.Program;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.HostTensor;
import dev.fettle.tck.TinyTraining.Optimizer;
import dev.fettle.tck.cases.OpCase;
import dev.fettle.tck.cases.OpCases;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Rules C-1 to C-4: a backend's own kernel for a composite computes what its decomposition does.
 */
public abstract class CompositeContract extends BackendContract {

  /** For subclasses. */
  protected CompositeContract() {}

  private Trial expanded() {
    return new Trial(backend(), CompileOptions.EXPANDED);
  }

  @TestFactory
  Stream<DynamicTest> forward() {
    return OpCases.composites().stream()
        .map(
            c ->
                DynamicTest.dynamicTest(
                    "C-1 native = expanded " + c,
                    () ->
                        check(
                            c,
                            CasePrograms.forward(c, DType.F32),
                            CasePrograms.operands(c, DType.F32))));
  }

  @TestFactory
  Stream<DynamicTest> gradients() {
    return OpCases.composites().stream()
        .filter(OpCase::differentiable)
        .map(
            c ->
                DynamicTest.dynamicTest(
                    "C-2 native = expanded gradient " + c,
                    () ->
                        check(
                            c,
                            CasePrograms.gradient(c, DType.F32),
                            CasePrograms.operands(c, DType.F32))));
  }

  private void check(OpCase c, Program program, Map<String, HostTensor> operands) {
    Tensors.assertClose(
        c.repeat(),
        trial().run(program, operands),
        expanded().run(program, operands),
        Tolerances.EXPANSION);
  }

  @Test
  @DisplayName("C-3 native = expanded training steps")
  void training() {
    TinyTraining training = TinyTraining.of(new TinyGpt(), Optimizer.ADAMW, DType.F32);
    Tensors.assertClose(
        "five steps",
        training.run(backend(), CompileOptions.DEFAULT, 5),
        training.run(backend(), CompileOptions.EXPANDED, 5),
        Tolerances.TRAJECTORY);
  }

  @TestFactory
  Stream<DynamicTest> blocks() {
    return LongRows.all().stream()
        .map(rows -> DynamicTest.dynamicTest("C-4 in blocks = whole " + rows, () -> check(rows)));
  }

  private void check(LongRows rows) {
    Map<String, HostTensor> operands = rows.operands(DType.F32);
    Map<String, HostTensor> whole = trial().run(rows.program(DType.F32, rows.seq()), operands);
    for (int block : new int[] {64, 128}) {
      Tensors.assertClose(
          rows + " in blocks of " + block,
          trial().run(rows.program(DType.F32, block), operands),
          whole,
          Tolerances.EXPANSION);
    }
  }
}
