package dev.fettle.tck;

import dev.fettle.ir.DType;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.HostTensor;
import dev.fettle.tck.EdgeCases.EdgeCase;
import dev.fettle.tck.TinyTraining.Optimizer;
import dev.fettle.tck.cases.OpCase;
import dev.fettle.tck.cases.OpCases;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Rules G-1 to G-5: gradients computed by the backend in F32 are the reference's in F64. That those
 * are right, {@link FiniteDifferences} checks once for all backends.
 */
public abstract class GradientContract extends BackendContract {

  /** For subclasses. */
  protected GradientContract() {}

  @TestFactory
  Stream<DynamicTest> operations() {
    return OpCases.all().stream()
        .filter(OpCase::differentiable)
        .map(c -> DynamicTest.dynamicTest("G-1 gradient " + c, () -> check(c)));
  }

  private void check(OpCase c) {
    Map<String, HostTensor> operands = CasePrograms.operands(c, DType.F32);
    Map<String, HostTensor> wide = new LinkedHashMap<>();
    operands.forEach((name, t) -> wide.put(name, Tensors.widened(t)));
    Tensors.assertClose(
        c.repeat(),
        trial().run(CasePrograms.gradient(c, DType.F32), operands),
        oracle().run(CasePrograms.gradient(c, DType.F64), wide),
        Tolerances.GRADIENT);
  }

  @Test
  @DisplayName("G-2 every gradient of a small language model")
  void languageModel() {
    Tensors.assertClose(
        "gradients",
        gpt(DType.F32, 4, 1, false).gradients(backend(), CompileOptions.DEFAULT),
        gpt(DType.F64, 4, 1, false).gradients(reference(), CompileOptions.DEFAULT),
        Tolerances.GRADIENT);
  }

  @Test
  @DisplayName("G-3 recomputation changes no gradient")
  void recomputation() {
    Tensors.assertClose(
        "recomputed against kept",
        gpt(DType.F32, 4, 1, true).gradients(backend(), CompileOptions.DEFAULT),
        gpt(DType.F32, 4, 1, false).gradients(backend(), CompileOptions.DEFAULT),
        Tolerances.GRADIENT);
  }

  @Test
  @DisplayName("G-4 four micro-batches of one row give the gradient of one of four")
  void microBatches() {
    Tensors.assertClose(
        "1x4 against 4x1",
        gpt(DType.F32, 1, 4, false).gradients(backend(), CompileOptions.DEFAULT),
        gpt(DType.F32, 4, 1, false).gradients(backend(), CompileOptions.DEFAULT),
        Tolerances.GRADIENT);
  }

  @TestFactory
  Stream<DynamicTest> edges() {
    return EdgeCases.all().stream()
        .map(
            c ->
                DynamicTest.dynamicTest("G-5 gradient at the edges of " + c.name(), () -> edge(c)));
  }

  private void edge(EdgeCase c) {
    Map<String, HostTensor> actual = trial().run(c.program(), c.operands());
    c.expected()
        .forEach(
            (name, e) ->
                Tensors.assertClose(
                    c.name() + ": " + name,
                    Maps.get(actual, name),
                    e,
                    Tolerances.forward(DType.F32)));
  }

  private static TinyTraining gpt(DType floats, int rows, int micro, boolean recompute) {
    return new TinyTraining(new TinyGpt(), Optimizer.ADAMW, floats, rows, micro, recompute);
  }
}
