package dev.fettle.tck;

import static dev.fettle.ir.Dim.dim;

import dev.fettle.autodiff.Gradients;
import dev.fettle.ir.DType;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.LayerNorm;
import dev.fettle.ir.composite.SumOfSquares;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Rules: reductions of 2^25 elements lose nothing that matters. One F32 accumulator
 * stops growing where its terms fall below its last bit. The expected values are summed in double
 * here: the reference would take longer than the backends.
 */
public abstract class ReductionContract extends BackendContract {
  private static final int MANY = 1 << 25;

  /** A prime: it cannot be cut into equal parts. */
  private static final int ODD = MANY - 39;

  /** A prime of rows. */
  private static final int ODD_ROWS = (1 << 22) - 3;

  /** Rows of the norm: each column has a million terms. */
  private static final int ROWS = 1 << 20;

  private static final TensorType FLAT = TensorType.of(DType.F32, dim("all", MANY));

  /** Element i of a tensor. */
  private interface Elements {
    float get();
  }

  private final Map<String, HostTensor> elements = new HashMap<>();
  private final Map<String, DeviceState> states = new HashMap<>();

  /** For subclasses. */
  protected ReductionContract() {}

  @BeforeAll
  final void fill() {
    SplittableRandom source = new SplittableRandom(25);
    fill("equal", () -> 0.1f);
    fill("random", () -> (source.nextInt() >>> 8) * 0x1p-24f);
  }

  /** Once, in slots: inputs are watched byte by byte. */
  private void fill(String name, Elements next) {
    HostTensor t = HostTensor.allocate(FLAT);
    FloatBuffer to = t.floats();
    while (to.hasRemaining()) {
      to.put(next.get());
    }
    DeviceState state = backend().newState(name);
    state.allocate(new Slot("x", FLAT));
    state.upload("x", t);
    elements.put(name, t);
    states.put(name, state);
  }

  @AfterAll
  final void forget() {
    states.values().forEach(DeviceState::close);
    elements.clear();
  }

  /**
   * Sizes of three axes, and the ones summed over.
   *
   * @param name for people
   * @param a size of the first axis
   * @param b size of the second
   * @param c size of the third
   * @param axes summed over
   */
  private record Layout(String name, int a, int b, int c, List<Integer> axes) {
    TensorType type() {
      return TensorType.of(DType.F32, dim("a", a), dim("b", b), dim("c", c));
    }

    /** How far apart in the result neighbours along an axis lie; 0 where it is summed over. */
    private int stride(int axis) {
      int[] sizes = {a, b, c};
      int stride = 1;
      for (int i = 2; i > axis; i--) {
        stride *= axes.contains(i) ? 1 : sizes[i];
      }
      return axes.contains(axis) ? 0 : stride;
    }

    double[] sums(FloatBuffer x) {
      double[] sums = new double[Math.toIntExact(type().shape().without(axes).elements())];
      int[] strides = {stride(0), stride(1), stride(2)};
      int at = 0;
      for (int i = 0; i < a; i++) {
        for (int j = 0; j < b; j++) {
          int base = i * strides[0] + j * strides[1];
          for (int k = 0; k < c; k++) {
            sums[base + k * strides[2]] += x.get(at++);
          }
        }
      }
      return sums;
    }
  }

  private static final List<Layout> LAYOUTS =
      List.of(
          new Layout("all axes", 1 << 10, 1 << 5, 1 << 10, List.of(0, 1, 2)),
          new Layout("the only axis", 1, 1, MANY, List.of(0, 1, 2)),
          new Layout("a prime of elements", 1, 1, ODD, List.of(2)),
          new Layout("the leading axis", 1 << 22, 1, 8, List.of(0)),
          new Layout("a prime of rows", ODD_ROWS, 1, 8, List.of(0)),
          new Layout("two leading axes", 1 << 11, 1 << 11, 8, List.of(0, 1)),
          new Layout("the middle axis", 2, 1 << 22, 4, List.of(1)),
          new Layout("the trailing axis", 8, 1, 1 << 22, List.of(2)),
          new Layout("the outer axes", 1 << 11, 8, 1 << 11, List.of(0, 2)));

  private static Stream<DynamicTest> forBoth(String name, Consumer<String> test) {
    return Stream.of("equal", "random")
        .map(e -> DynamicTest.dynamicTest(name + " of " + e + " elements", () -> test.accept(e)));
  }

  @TestFactory
  Stream<DynamicTest> sums() {
    return LAYOUTS.stream().flatMap(l -> forBoth("R-1 over " + l.name(), e -> sum(l, e)));
  }

  private void sum(Layout layout, String which) {
    ProgramBuilder b = new ProgramBuilder("sum");
    b.output("sum", b.g().sum(part(b, layout.type()), layout.axes()));
    check(run(b.build(), which), "sum", layout.sums(floats(which)));
  }

  @TestFactory
  Stream<DynamicTest> squares() {
    return forBoth("R-2 the squares", this::squares);
  }

  private void squares(String which) {
    ProgramBuilder b = new ProgramBuilder("squares");
    TensorType matrix = TensorType.of(DType.F32, dim("r", 1 << 15), dim("c", 1 << 10));
    b.output("matrix", SumOfSquares.of(b.g(), part(b, matrix)));
    TensorType prime = TensorType.of(DType.F32, dim("n", ODD));
    b.output("prime", SumOfSquares.of(b.g(), part(b, prime)));
    Map<String, HostTensor> actual = run(b.build(), which);
    FloatBuffer x = floats(which);
    check(actual, "matrix", new double[] {squares(x, MANY)});
    check(actual, "prime", new double[] {squares(x, ODD)});
  }

  private static double squares(FloatBuffer x, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      double v = x.get(i);
      sum += v * v;
    }
    return sum;
  }

  @TestFactory
  Stream<DynamicTest> runningSums() {
    return forBoth("R-3 the running sum", this::runningSum);
  }

  private void runningSum(String which) {
    ProgramBuilder b = new ProgramBuilder("cumsum");
    Value sums = b.g().cumsum(part(b, FLAT), 0, false, false);
    int every = 1 << 22;
    for (int at = every; at <= MANY; at += every) {
      b.output("at" + at, b.g().sliceAxis(sums, 0, at - 1, dim("one", 1)));
    }
    Map<String, HostTensor> actual = run(b.build(), which);
    FloatBuffer x = floats(which);
    double sum = 0;
    for (int i = 1; i <= MANY; i++) {
      sum += x.get(i - 1);
      if (i % every == 0) {
        check(actual, "at" + i, new double[] {sum});
      }
    }
  }

  /** With gamma 1 and beta 0: the gradients of 0.1 sum |y| and of 0.1 sum y. */
  @Test
  @DisplayName("R-4 a loss over 2^20 rows, and the gradients of a norm's scale and shift")
  void norm() {
    int width = 8;
    TensorType row = TensorType.of(DType.F32, dim("embed", width));
    TensorType type = TensorType.of(DType.F32, dim("rows", ROWS), dim("embed", width));
    ProgramBuilder b = new ProgramBuilder("norm");
    GraphBuilder g = b.g();
    Value gamma = b.state(new Slot("gamma", row), true);
    Value beta = b.state(new Slot("beta", row), true);
    Value y = LayerNorm.of(g, part(b, type), gamma, beta, 1e-5);
    Value loss = g.sumAll(g.scale(g.abs(y), 0.1));
    b.output("loss", loss);
    b.output("gamma", Gradients.of(g, loss, List.of(gamma)).get(0));
    Value shifted = g.sumAll(g.scale(y, 0.1));
    b.output("beta", Gradients.of(g, shifted, List.of(beta)).get(0));
    Map<String, HostTensor> actual = run(b.build(), "random");
    double[] expected = magnitudes(floats("random"), width);
    double total = 0;
    double[] shifts = new double[width];
    for (int k = 0; k < width; k++) {
      total += expected[k];
      shifts[k] = 0.1f * (double) ROWS;
    }
    check(actual, "loss", new double[] {total});
    check(actual, "gamma", expected);
    check(actual, "beta", shifts);
  }

  /** For each column, a tenth of the sum of the magnitudes of normalised elements. */
  private static double[] magnitudes(FloatBuffer x, int width) {
    double[] sums = new double[width];
    for (int row = 0; row < ROWS * width; row += width) {
      double sum = 0;
      double squares = 0;
      for (int k = 0; k < width; k++) {
        double v = x.get(row + k);
        sum += v;
        squares += v * v;
      }
      double mean = sum / width;
      double rstd = 1 / Math.sqrt(squares / width - mean * mean + 1e-5);
      for (int k = 0; k < width; k++) {
        sums[k] += 0.1f * Math.abs((x.get(row + k) - mean) * rstd);
      }
    }
    return sums;
  }

  /** The first elements of the slot, in the shape wanted. */
  private static Value part(ProgramBuilder b, TensorType type) {
    long n = type.shape().elements();
    Value x = b.state(new Slot("x", FLAT), false);
    return b.g().reshape(b.g().sliceAxis(x, 0, 0, dim("all", n)), type.shape());
  }

  private Map<String, HostTensor> run(Program program, String which) {
    DeviceState state = Maps.get(states, which);
    for (String norm : List.of("gamma", "beta")) {
      boolean absent = state.slots().stream().noneMatch(s -> s.name().equals(norm));
      if (program.stateIn().containsKey(norm) && absent) {
        Slot slot = new Slot(norm, program.stateIn().get(norm).type());
        state.allocate(slot);
        HostTensor values = HostTensor.allocate(slot.type());
        for (long i = 0; norm.equals("gamma") && i < values.elements(); i++) {
          values.set(i, 1);
        }
        state.upload(norm, values);
      }
    }
    try (Executable executable = backend().compile(program)) {
      return Trial.host(executable.run(state, Map.of()));
    }
  }

  private FloatBuffer floats(String which) {
    return Maps.get(elements, which).floats();
  }

  private static void check(Map<String, HostTensor> results, String name, double[] expected) {
    HostTensor actual = Maps.get(results, name);
    for (int i = 0; i < expected.length; i++) {
      double error = Math.abs(actual.get(i) - expected[i]) / expected[i];
      Assertions.assertThat(error)
          .as("relative error of %s %d: %s, expected %s", name, i, actual.get(i), expected[i])
          .isLessThanOrEqualTo(Tolerances.REDUCTION);
    }
  }
}
