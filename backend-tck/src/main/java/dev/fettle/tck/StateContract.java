package dev.fettle.tck;

import static dev.fettle.ir.Dim.dim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.ir.DType;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import dev.fettle.tck.AliasCases.AliasCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Rules S-1 to S-14: what slots hold, and when. */
public abstract class StateContract extends BackendContract {
  private static final TensorType TYPE = AliasCases.TYPE;

  /** For subclasses. */
  protected StateContract() {}

  @TestFactory
  Stream<DynamicTest> roundTrips() {
    return Stream.of(DType.values())
        .map(d -> DynamicTest.dynamicTest("S-1 upload and download " + d, () -> roundTrip(d)));
  }

  private void roundTrip(DType dtype) {
    List<TensorType> types =
        List.of(
            TensorType.scalar(dtype),
            TensorType.of(dtype, dim("a", 7)),
            TensorType.of(dtype, dim("a", 3), dim("one", 1), dim("b", 5)));
    try (DeviceState state = backend().newState("s")) {
      for (TensorType type : types) {
        Slot slot = new Slot("slot" + type.rank(), type);
        state.allocate(slot);
        HostTensor zeros = HostTensor.allocate(type);
        Tensors.assertSame("S-1 a new slot", state.download(slot.name()), zeros);
        HostTensor sent = bits(type);
        HostTensor copy = sent.cast(dtype);
        state.upload(slot.name(), sent);
        sent.bytes().put(0, (byte) (sent.bytes().get(0) ^ 1));
        Tensors.assertSame("S-2 the tensor is copied", state.download(slot.name()), copy);
      }
    }
  }

  /** Small numbers of any sign the type has; truth values where it is BOOL. */
  private static HostTensor bits(TensorType type) {
    SplittableRandom random = new SplittableRandom(3);
    HostTensor t = HostTensor.allocate(type);
    boolean unsigned = type.dtype() == DType.U8;
    for (long i = 0; i < t.elements(); i++) {
      int low = unsigned ? 0 : -128;
      double value = type.dtype() == DType.BOOL ? random.nextInt(2) : random.nextInt(low, 128);
      t.set(i, type.dtype().isFloat() ? value * 0.37 : value);
    }
    return t;
  }

  @Test
  @DisplayName("S-3 slots are listed in order, with their bytes, and can be released")
  void lists() {
    try (DeviceState state = backend().newState("s")) {
      Slot a = new Slot("a", TYPE);
      Slot z = new Slot("z", TensorType.of(DType.U8, dim("n", 3)));
      Slot m = new Slot("m", TensorType.scalar(DType.I64));
      List.of(a, z, m).forEach(state::allocate);
      assertThat(state.slots()).containsExactly(a, z, m);
      assertThat(state.bytes()).isEqualTo(16 + 3 + 8);
      state.release("z");
      assertThat(state.slots()).containsExactly(a, m);
      assertThat(state.bytes()).isEqualTo(16 + 8);
      state.allocate(z);
      assertThat(state.slots()).containsExactly(a, m, z);
    }
  }

  @Test
  @DisplayName("S-4 misuse of slots is an error that names the slot")
  void misuse() {
    try (DeviceState state = backend().newState("s")) {
      state.allocate(new Slot("w", TYPE));
      refused(() -> state.allocate(new Slot("w", TYPE)), "w");
      refused(() -> state.upload("w", HostTensor.allocate(DType.F32, 4)), "w");
      refused(() -> state.upload("w", HostTensor.allocate(DType.I32, 2, 2)), "w");
      refused(() -> state.upload("absent", HostTensor.allocate(TYPE)), "absent");
      refused(() -> state.download("absent"), "absent");
      refused(() -> state.release("absent"), "absent");
      state.release("w");
      refused(() -> state.release("w"), "w");
      refused(() -> state.download("w"), "w");
    }
  }

  private static void refused(Runnable action, String name) {
    assertThatThrownBy(action::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name);
  }

  @Test
  @DisplayName("S-13 several slots are made, or none")
  void severalAtOnce() {
    try (DeviceState state = backend().newState("s")) {
      Slot a = new Slot("a", TYPE);
      Slot z = new Slot("z", TensorType.of(DType.U8, dim("n", 3)));
      state.allocate(List.of(a, z));
      assertThat(state.slots()).containsExactly(a, z);
      refused(() -> state.allocate(List.of(new Slot("m", TYPE), new Slot("z", TYPE))), "z");
      refused(() -> state.allocate(List.of(new Slot("m", TYPE), new Slot("m", TYPE))), "m");
      assertThat(state.slots()).containsExactly(a, z);
    }
  }

  @TestFactory
  Stream<DynamicTest> parts() {
    return Stream.of(DType.values())
        .map(d -> DynamicTest.dynamicTest("S-14 parts of " + d, () -> parts(d)));
  }

  private void parts(DType dtype) {
    TensorType type = TensorType.of(dtype, dim("a", 5), dim("b", 4));
    HostTensor whole = bits(type);
    try (DeviceState state = backend().newState("s")) {
      state.allocate(new Slot("w", type));
      state.upload("w", 6, whole.part(6, 9));
      HostTensor expected = HostTensor.allocate(type);
      expected.put(6, whole.part(6, 9));
      Tensors.assertSame("the rest is zero", state.download("w"), expected);
      state.upload("w", 0, whole.part(0, 6));
      state.upload("w", 15, whole.part(15, 5));
      Tensors.assertSame("all parts", state.download("w"), whole);
      Tensors.assertSame("a part", state.download("w", 7, 11), whole.part(7, 11));
      HostTensor one = bits(TensorType.of(dtype, dim("one", 1)));
      state.upload("w", 19, one);
      whole.put(19, one);
      Tensors.assertSame("the rest is kept", state.download("w"), whole);
      refused(() -> state.upload("w", 15, whole.part(0, 6)), "w");
      refused(() -> state.upload("w", -1, one), "w");
      refused(() -> state.download("w", 15, 6), "w");
      DType other = dtype == DType.I32 ? DType.F32 : DType.I32;
      refused(() -> state.upload("w", 0, HostTensor.allocate(other, 1)), "w");
      refused(() -> state.upload("absent", 0, one), "absent");
    }
  }

  @Test
  @DisplayName("S-14 a part is seen by the next run")
  void partBetween() {
    try (DeviceState state = withA(1, 2, 3, 4);
        Executable twice = backend().compile(doubler())) {
      twice.run(state, Map.of());
      state.upload("a", 1, HostTensor.ofFloats(new float[] {7, 8}, 2));
      twice.run(state, Map.of());
      holds(state, 4, 14, 16, 16);
    }
  }

  @TestFactory
  Stream<DynamicTest> aliasing() {
    return AliasCases.all().stream()
        .map(c -> DynamicTest.dynamicTest("S-5 " + c.name(), () -> sameAsReference(c)));
  }

  private void sameAsReference(AliasCase c) {
    List<Map<String, HostTensor>> expected = trace(reference(), c.program());
    List<Map<String, HostTensor>> actual = trace(backend(), c.program());
    for (int i = 0; i < expected.size(); i++) {
      Tensors.assertClose(c.name() + ", step " + i, actual.get(i), expected.get(i), 0);
    }
  }

  /** Outputs and slots after each of several runs; results are fetched only after the run's end. */
  private static List<Map<String, HostTensor>> trace(Backend backend, Program program) {
    List<Map<String, HostTensor>> steps = new ArrayList<>();
    try (DeviceState state = backend.newState("s");
        Executable executable = backend.compile(program)) {
      state.allocate(new Slot("a", TYPE));
      state.allocate(new Slot("b", TYPE));
      state.upload("a", numbers(1, 2, -3, 4));
      state.upload("b", numbers(0, 5, 1, -2));
      for (int i = 0; i < 4; i++) {
        Map<String, HostTensor> inputs = Map.of("x", numbers(1, i, 2, -1));
        Map<String, DeviceTensor> results = executable.run(state, Trial.only(program, inputs));
        HostTensor a = state.download("a");
        Map<String, HostTensor> step = Trial.host(results);
        step.put("a", a);
        step.put("b", state.download("b"));
        steps.add(step);
      }
    }
    return steps;
  }

  private static HostTensor numbers(float... values) {
    return HostTensor.ofFloats(values, 2, 2);
  }

  /** a' = a + x, given back as y. */
  private static Program adder() {
    ProgramBuilder b = new ProgramBuilder("adder");
    Value sum = b.g().add(b.state(new Slot("a", TYPE), false), b.input("x", TYPE));
    b.write("a", sum);
    b.output("y", sum);
    return b.build();
  }

  private static Program doubler() {
    ProgramBuilder b = new ProgramBuilder("doubler");
    b.write("a", b.g().scale(b.state(new Slot("a", TYPE), false), 2));
    return b.build();
  }

  private DeviceState withA(float... values) {
    DeviceState state = backend().newState("s");
    state.allocate(new Slot("a", TYPE));
    state.upload("a", numbers(values));
    return state;
  }

  private static void holds(DeviceState state, float... values) {
    Tensors.assertSame("slot a", state.download("a"), numbers(values));
  }

  @Test
  @DisplayName("S-6 two programs share one state")
  void twoPrograms() {
    try (DeviceState state = withA(1, 2, 3, 4);
        Executable add = backend().compile(adder());
        Executable twice = backend().compile(doubler())) {
      for (int i = 0; i < 3; i++) {
        add.run(state, Map.of("x", numbers(1, 1, 1, 1)));
        twice.run(state, Map.of());
      }
      holds(state, 22, 30, 38, 46);
    }
  }

  @Test
  @DisplayName("S-7 one program serves two states")
  void twoStates() {
    try (DeviceState one = withA(1, 2, 3, 4);
        DeviceState two = withA(0, 0, 0, 0);
        Executable add = backend().compile(adder())) {
      add.run(one, Map.of("x", numbers(1, 1, 1, 1)));
      add.run(two, Map.of("x", numbers(5, 5, 5, 5)));
      add.run(one, Map.of("x", numbers(1, 1, 1, 1)));
      holds(one, 3, 4, 5, 6);
      holds(two, 5, 5, 5, 5);
    }
  }

  @Test
  @DisplayName("S-8 an upload between runs is seen by the next")
  void uploadBetween() {
    try (DeviceState state = withA(1, 2, 3, 4);
        Executable twice = backend().compile(doubler())) {
      twice.run(state, Map.of());
      state.upload("a", numbers(1, 0, 1, 0));
      twice.run(state, Map.of());
      holds(state, 2, 0, 2, 0);
    }
  }

  @Test
  @DisplayName("S-9 a run does not keep its inputs")
  void inputsNotKept() {
    ProgramBuilder b = new ProgramBuilder("store");
    Value x = b.input("x", TYPE);
    b.write("a", x);
    b.output("y", b.g().reshape(x, dim("all", 4)));
    try (DeviceState state = withA(0, 0, 0, 0);
        Executable store = backend().compile(b.build())) {
      HostTensor mine = numbers(1, 2, 3, 4);
      Map<String, DeviceTensor> results = store.run(state, Map.of("x", mine));
      for (int i = 0; i < 4; i++) {
        mine.set(i, -9);
      }
      holds(state, 1, 2, 3, 4);
      Tensors.assertSame(
          "output",
          Maps.get(results, "y").toHost(),
          HostTensor.ofFloats(new float[] {1, 2, 3, 4}, 4));
    }
  }

  @Test
  @DisplayName("S-10 a fetched result is a copy, and later runs do not change it")
  void fetchedResults() {
    try (DeviceState state = withA(1, 2, 3, 4);
        Executable add = backend().compile(adder())) {
      Map<String, HostTensor> inputs = Map.of("x", numbers(1, 1, 1, 1));
      HostTensor first = Maps.get(add.run(state, inputs), "y").toHost();
      add.run(state, inputs);
      Tensors.assertSame("the first result", first, numbers(2, 3, 4, 5));
      HostTensor slot = state.download("a");
      slot.set(0, 99);
      first.set(0, 99);
      holds(state, 3, 4, 5, 6);
    }
  }

  @Test
  @DisplayName("S-11 slots no program writes keep their contents")
  void others() {
    try (DeviceState state = withA(1, 2, 3, 4);
        Executable add = backend().compile(adder())) {
      state.allocate(new Slot("other", TYPE));
      state.upload("other", numbers(7, 7, 7, 7));
      add.run(state, Map.of("x", numbers(1, 1, 1, 1)));
      Tensors.assertSame("other", state.download("other"), numbers(7, 7, 7, 7));
    }
  }

  @Test
  @DisplayName("S-11 a slot written with another's contents keeps them when that is updated")
  void taken() {
    ProgramBuilder take = new ProgramBuilder("take");
    take.write("copy", take.state(new Slot("a", TYPE), false));
    ProgramBuilder update = new ProgramBuilder("update");
    Value row = update.input("row", TensorType.of(DType.F32, dim("n", 1), dim("n", 2)));
    Value at = update.input("at", TensorType.scalar(DType.I32));
    Value a = update.state(new Slot("a", TYPE), false);
    update.write("a", update.g().dynamicUpdateSlice(a, row, at, 0));
    try (DeviceState state = withA(1, 2, 3, 4);
        Executable taking = backend().compile(take.build());
        Executable updating = backend().compile(update.build())) {
      state.allocate(new Slot("copy", TYPE));
      taking.run(state, Map.of());
      HostTensor nines = HostTensor.ofFloats(new float[] {9, 9}, 1, 2);
      updating.run(state, Map.of("row", nines, "at", HostTensor.scalar(DType.I32, 1)));
      holds(state, 1, 2, 9, 9);
      Tensors.assertSame("copy", state.download("copy"), numbers(1, 2, 3, 4));
    }
  }

  @Test
  @DisplayName("S-12 a hundred runs lose nothing")
  void manyRuns() {
    try (DeviceState state = withA(0, 0, 0, 0);
        Executable add = backend().compile(adder())) {
      for (int i = 1; i <= 100; i++) {
        add.run(state, Map.of("x", numbers(1, 2, i, -i)));
      }
      holds(state, 100, 200, 5050, -5050);
      assertThat(add.stats().runs()).isEqualTo(100);
    }
  }

  @Test
  @DisplayName("E-8 after a run the program says that its operations ran on the device")
  void placement() {
    try (DeviceState state = withA(1, 2, 3, 4);
        Executable add = backend().compile(adder())) {
      add.run(state, Map.of("x", numbers(1, 1, 1, 1)));
      Map<String, Integer> placed = add.stats().placement();
      int all = placed.values().stream().mapToInt(Integer::intValue).sum();
      int own = placed.getOrDefault(backend().device().toString(), 0);
      assertThat(own).as("of %s", placed).isPositive();
      assertThat(2 * own).as("of %s", placed).isGreaterThan(all);
    }
  }
}
