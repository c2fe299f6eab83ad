package dev.fettle.tck;

import dev.fettle.ir.DType;
import dev.fettle.program.Program;
import dev.fettle.spi.HostTensor;
import dev.fettle.tck.cases.OpCase;
import dev.fettle.tck.cases.OpCases;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Rules O-1 to O-3: every operation computes what the reference computes. The reference computes in
 * F64 on the very elements the backend is given, so only the backend's rounding is judged.
 */
public abstract class ForwardContract extends BackendContract {

  /** For subclasses. */
  protected ForwardContract() {}

  @TestFactory
  Stream<DynamicTest> f32() {
    return OpCases.all().stream()
        .map(c -> DynamicTest.dynamicTest("O-1 forward F32 " + c, () -> check(c, DType.F32)));
  }

  @TestFactory
  Stream<DynamicTest> halves() {
    return Stream.of(DType.BF16, DType.F16)
        .flatMap(
            dtype ->
                OpCases.all().stream()
                    .filter(OpCase::halves)
                    .filter(c -> c.args().stream().anyMatch(a -> a.type().dtype() == DType.F32))
                    .map(
                        c ->
                            DynamicTest.dynamicTest(
                                "O-2 forward " + dtype + " " + c, () -> check(c, dtype))));
  }

  /** A program with several operations, whose common parts are shared. */
  @TestFactory
  Stream<DynamicTest> twice() {
    List<OpCase> some = OpCases.all().stream().filter(c -> c.name().contains("/matrix")).toList();
    return some.stream()
        .map(
            c ->
                DynamicTest.dynamicTest(
                    "O-3 run twice " + c,
                    () -> {
                      Program program = CasePrograms.forward(c, DType.F32);
                      Map<String, HostTensor> in = CasePrograms.operands(c, DType.F32);
                      Map<String, HostTensor> first = trial().run(program, in);
                      Map<String, HostTensor> second = trial().run(program, in);
                      first.forEach(
                          (name, t) -> Tensors.assertSame(c.repeat(), Maps.get(second, name), t));
                    }));
  }

  private void check(OpCase c, DType dtype) {
    Map<String, HostTensor> operands = CasePrograms.operands(c, dtype);
    Map<String, HostTensor> wide = new LinkedHashMap<>();
    operands.forEach((name, t) -> wide.put(name, t.dtype() == dtype ? t.cast(DType.F64) : t));
    Map<String, HostTensor> expected = oracle().run(CasePrograms.forward(c, DType.F64), wide);
    Map<String, HostTensor> actual = trial().run(CasePrograms.forward(c, dtype), operands);
    Tensors.assertClose(c.repeat(), actual, expected, Tolerances.forward(dtype));
  }
}
