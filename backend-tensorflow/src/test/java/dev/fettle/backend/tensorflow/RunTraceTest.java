package dev.fettle.backend.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The {@code profile} setting. */
class RunTraceTest {

  @Test
  void aProfiledRunIsWrittenNodeByNode(@TempDir Path folder) throws IOException {
    BackendOptions options =
        new BackendOptions(1, Map.of("profile", folder.resolve("traces").toString()));
    ProgramBuilder b = new ProgramBuilder("square");
    Value x = b.input("x", TensorType.of(DType.F32, new Dim("i", 2), new Dim("j", 2)));
    b.output("y", b.g().exp(x));
    try (Backend backend = new TensorFlowProvider().open(Device.CPU, options);
        DeviceState state = backend.newState("s");
        Executable square = backend.compile(b.build())) {
      square.run(state, Map.of("x", HostTensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2)));
    }
    List<String> lines = Files.readAllLines(folder.resolve("traces").resolve("square.json"));
    assertThat(lines).startsWith("[").endsWith("]");
    assertThat(lines)
        .anyMatch(l -> l.matches("\\{.*\"dur\": \\d+, .*Exp.*\"op\": \"Exp\"\\}\\},?"));
  }

  @Test
  void anUnknownSettingIsRefusedWithThoseThereAre() {
    BackendOptions options = new BackendOptions(1, Map.of("profil", "x"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TensorFlowProvider().open(Device.CPU, options))
        .withMessageContaining("no setting profil; it knows xlaElements, profile,");
  }
}
