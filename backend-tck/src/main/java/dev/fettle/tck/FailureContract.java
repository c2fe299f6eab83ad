package dev.fettle.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.BackendProvider;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.DeviceUnavailableException;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.UnsupportedProgramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules F-1 to F-10 and P-1 to P-3: errors come early, name what is wrong, and harm nothing. */
public abstract class FailureContract extends BackendContract {
  private static final TensorType TYPE = AliasCases.TYPE;

  /** For subclasses. */
  protected FailureContract() {}

  /** A program of which the backend cannot run two or more operations, if there is one. */
  protected Optional<Program> unsupported() {
    return Optional.empty();
  }

  /** a' = a + x, y = 2 a'. */
  private static Program program() {
    ProgramBuilder b = new ProgramBuilder("adder");
    Value sum = b.g().add(b.state(new Slot("a", TYPE), false), b.input("x", TYPE));
    b.write("a", sum);
    b.output("y", b.g().scale(sum, 2));
    return b.build();
  }

  private static HostTensor ones() {
    return HostTensor.ofFloats(new float[] {1, 1, 1, 1}, 2, 2);
  }

  /** Runs must be refused, naming the culprit, and leave the state as it was and usable. */
  private void refused(Map<String, HostTensor> inputs, String culprit) {
    try (DeviceState state = backend().newState("s");
        Executable executable = backend().compile(program())) {
      state.allocate(new Slot("a", TYPE));
      state.upload("a", ones());
      assertThatThrownBy(() -> executable.run(state, inputs))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(culprit);
      Tensors.assertSame("F-4 the state after a refusal", state.download("a"), ones());
      Map<String, DeviceTensor> results = executable.run(state, Map.of("x", ones()));
      assertThat(Maps.get(results, "y").toHost().get(3)).isEqualTo(4);
    }
  }

  @Test
  @DisplayName("F-1 a missing input is named")
  void missingInput() {
    refused(Map.of(), "x");
  }

  @Test
  @DisplayName("F-2 an input of the wrong size is named")
  void wrongSize() {
    refused(Map.of("x", HostTensor.allocate(DType.F32, 4)), "x");
    refused(Map.of("x", HostTensor.allocate(DType.F32, 2, 3)), "x");
  }

  @Test
  @DisplayName("F-2 an input of the wrong element type is named")
  void wrongType() {
    refused(Map.of("x", HostTensor.allocate(DType.I32, 2, 2)), "x");
  }

  @Test
  @DisplayName("F-3 a missing slot is named, and one of another type")
  void slots() {
    try (DeviceState state = backend().newState("s");
        Executable executable = backend().compile(program())) {
      assertThatThrownBy(() -> executable.run(state, Map.of("x", ones())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a");
      state.allocate(new Slot("a", TensorType.of(DType.F32, new Dim("n", 4))));
      assertThatThrownBy(() -> executable.run(state, Map.of("x", ones())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a");
      state.release("a");
      state.allocate(new Slot("a", TYPE));
      executable.run(state, Map.of("x", ones()));
      Tensors.assertSame("a", state.download("a"), ones());
    }
  }

  @Test
  @DisplayName("F-5 inputs the program does not have are left aside")
  void extraInputs() {
    try (DeviceState state = backend().newState("s");
        Executable executable = backend().compile(program())) {
      state.allocate(new Slot("a", TYPE));
      Map<String, HostTensor> inputs = new HashMap<>(Map.of("x", ones()));
      inputs.put("pruned", HostTensor.allocate(DType.I64, 9));
      assertThat(Maps.get(executable.run(state, inputs), "y").toHost().get(0)).isEqualTo(2);
    }
  }

  @Test
  @DisplayName("F-6 a state of another backend is refused")
  void foreignState() {
    Backend other = new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT);
    Assumptions.assumeFalse(
        other.id().equals(backend().id()), "skipped: needs a backend other than the reference");
    try (other;
        DeviceState state = other.newState("foreign");
        Executable executable = backend().compile(program())) {
      state.allocate(new Slot("a", TYPE));
      assertThatThrownBy(() -> executable.run(state, Map.of("x", ones())))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  @DisplayName("F-7 what is closed says so")
  void closed() {
    Backend mine = provider().open(device(), options());
    DeviceState state = mine.newState("s");
    state.allocate(new Slot("a", TYPE));
    Executable executable = mine.compile(program());
    DeviceTensor result = Maps.get(executable.run(state, Map.of("x", ones())), "y");
    result.close();
    closed(result::toHost);
    executable.close();
    executable.close();
    closed(() -> executable.run(state, Map.of("x", ones())));
    state.close();
    state.close();
    closed(() -> state.allocate(new Slot("z", TYPE)));
    closed(() -> state.download("a"));
    closed(() -> state.upload("a", ones()));
    mine.close();
    mine.close();
    closed(() -> mine.newState("t"));
    closed(() -> mine.compile(program()));
  }

  @Test
  @DisplayName("F-8 closing a backend closes what it made")
  void closesAll() {
    Backend mine = provider().open(device(), options());
    DeviceState state = mine.newState("s");
    state.allocate(new Slot("a", TYPE));
    Executable executable = mine.compile(program());
    mine.close();
    closed(() -> state.download("a"));
    closed(() -> executable.run(state, Map.of("x", ones())));
    state.close();
    executable.close();
  }

  private static void closed(Runnable action) {
    assertThatThrownBy(action::run).isInstanceOf(IllegalStateException.class);
  }

  @Test
  @DisplayName("F-9 an unsupported program lists every problem")
  void unsupportedProgram() {
    Optional<Program> program = unsupported();
    Assumptions.assumeTrue(
        program.isPresent(), "skipped: this backend knows of no program it cannot run");
    assertThatThrownBy(() -> backend().compile(program.orElseThrow()))
        .isInstanceOfSatisfying(
            UnsupportedProgramException.class,
            e -> {
              assertThat(e.problems()).hasSizeGreaterThanOrEqualTo(2);
              e.problems().forEach(p -> assertThat(p).contains(".java:"));
            });
  }

  @Test
  @DisplayName("F-10 a dump holds the program as text")
  void dump(@TempDir Path directory) throws IOException {
    try (Executable executable =
        backend().compile(program(), CompileOptions.DEFAULT.dumpingTo(directory))) {
      try (Stream<Path> files = Files.list(directory)) {
        Path text = files.filter(f -> f.toString().endsWith(".txt")).findFirst().orElseThrow();
        assertThat(Files.readString(text)).isEqualTo(executable.program().print());
      }
    }
  }

  @Test
  @DisplayName("P-1 the provider is found by its id, and is available")
  void found() {
    BackendProvider provider = provider();
    assertThat(ServiceLoader.load(BackendProvider.class).stream().map(p -> p.get().id()))
        .contains(provider.id());
    assertThat(backend().id()).isEqualTo(provider.id());
    assertThat(provider.version()).isNotBlank();
    assertThat(provider.probe().available()).as(provider.probe().detail()).isTrue();
    assertThat(provider.devices()).contains(device());
    assertThat(backend().device()).isEqualTo(device());
  }

  @Test
  @DisplayName("P-2 a device that is not there is refused by name")
  void noDevice() {
    Device absent = new Device("gpu", 97);
    assertThatThrownBy(() -> provider().open(absent, BackendOptions.DEFAULT))
        .isInstanceOf(DeviceUnavailableException.class)
        .hasMessageContaining("gpu:97");
  }

  @Test
  @DisplayName("P-3 an unknown setting is refused by name")
  void unknownSetting() {
    BackendOptions odd = new BackendOptions(1, Map.of("noSuchSetting", "1"));
    assertThatThrownBy(() -> provider().open(device(), odd))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("noSuchSetting");
  }
}
