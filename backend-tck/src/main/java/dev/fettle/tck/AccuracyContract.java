package dev.fettle.tck;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.autodiff.Gradients;
import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.HostTensor;
import dev.fettle.tck.accuracy.Curve;
import dev.fettle.tck.accuracy.Curves;
import dev.fettle.tck.accuracy.Ulps;
import dev.fettle.tck.cases.OpCase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Rule O-5: every elementwise function, and every gradient of one, is within {@link
 * Tolerances#ULPS} units in the last place of F32 over its whole range. The truth is the reference
 * in F64 on the same elements.
 *
 * <p>With {@code -Dfettle.tck.table=true} the errors are printed as rows of the table in {@code
 * docs/contributing/numerics.md}.
 */
public abstract class AccuracyContract extends BackendContract {
  /** More than any threshold from which a backend takes another path. */
  private static final long SAMPLES = 1 << 20;

  private static final String RESULT = "result";
  private static final String SCALE = "scale";

  private final Map<String, Ulps> measured = new TreeMap<>();

  /** For subclasses. */
  protected AccuracyContract() {}

  @TestFactory
  Stream<DynamicTest> elementwise() {
    return Curves.all().stream()
        .map(c -> DynamicTest.dynamicTest("O-5 accuracy " + c, () -> check(c)));
  }

  private void check(Curve curve) {
    Map<String, HostTensor> operands = operands(curve);
    Map<String, HostTensor> wide = new LinkedHashMap<>();
    operands.forEach((name, t) -> wide.put(name, t.cast(DType.F64)));
    HostTensor actual = Maps.get(trial().run(program(curve, DType.F32), operands), RESULT);
    Map<String, HostTensor> exact = oracle().run(program(curve, DType.F64), wide);
    Ulps ulps =
        Ulps.of(
            actual,
            Maps.get(exact, RESULT),
            Optional.ofNullable(exact.get(SCALE)),
            List.copyOf(operands.values()));
    measured.put(curve.name(), ulps);
    Assertions.assertThat(ulps.worst())
        .as("%s with -Dfettle.tck.seed=%s: %s", curve, OpCase.SEED, ulps)
        .isLessThanOrEqualTo(Tolerances.ULPS);
  }

  private static Map<String, HostTensor> operands(Curve curve) {
    Map<String, HostTensor> operands = new LinkedHashMap<>();
    for (int i = 0; i < curve.operands().size(); i++) {
      HostTensor t = HostTensor.allocate(type(curve, DType.F32));
      curve.operands().get(i).fill(t, OpCase.SEED + 31L * curve.name().hashCode() + i);
      operands.put("in" + i, t);
    }
    return operands;
  }

  private static TensorType type(Curve curve, DType floats) {
    return TensorType.of(
        floats, dim("rows", SAMPLES / curve.columns()), dim("columns", curve.columns()));
  }

  /** The function or its gradient; in F64 also the scale its errors are measured against. */
  private static Program program(Curve curve, DType floats) {
    ProgramBuilder b = new ProgramBuilder(curve.name());
    List<Value> in = new ArrayList<>();
    for (int i = 0; i < curve.operands().size(); i++) {
      in.add(b.state(new Slot("in" + i, type(curve, floats)), true));
    }
    Value y = curve.formula().of(b.g(), in);
    int wrt = curve.differentiated();
    boolean result = wrt < 0;
    b.output(
        RESULT, result ? y : Gradients.of(b.g(), b.g().sumAll(y), List.of(in.get(wrt))).get(0));
    if (floats == DType.F64) {
      curve.scale().ifPresent(s -> b.output(SCALE, s.of(b.g(), in)));
    }
    return b.build();
  }

  @AfterAll
  final void print() {
    if (Boolean.getBoolean("fettle.tck.table")) {
      measured.forEach((name, u) -> System.out.printf("| %s | %s | %s |%n", title(), name, u));
    }
  }

  private String title() {
    return getClass().getSimpleName();
  }
}
