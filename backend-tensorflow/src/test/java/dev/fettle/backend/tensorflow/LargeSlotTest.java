package dev.fettle.backend.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.Pieces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A slot of more than 2 GiB, as the embedding of a model of seven billion parameters. */
@Tag("slow")
class LargeSlotTest {
  private static final long NEEDED = 8L << 30;
  private static final TensorType EMBEDDING =
      TensorType.of(DType.F32, new Dim("vocab", 151936), new Dim("embed", 3584));

  private static long availableBytes() throws IOException {
    Path file = Path.of("/proc/meminfo");
    if (!Files.exists(file)) {
      return 0;
    }
    return Files.readAllLines(file).stream()
        .filter(l -> l.startsWith("MemAvailable:"))
        .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElse(0);
  }

  @Test
  void isFilledAndReadPieceByPiece() throws IOException {
    assumeTrue(availableBytes() > NEEDED, "needs 8 GiB of free memory");
    ProgramBuilder b = new ProgramBuilder("rows");
    Value ids = b.input("ids", TensorType.of(DType.I32, new Dim("tokens", 3)));
    Value table = b.state(new Slot("embedding", EMBEDDING), false);
    b.output("rows", b.g().gather(table, ids));
    try (Backend backend = new TensorFlowProvider().open(Device.CPU, BackendOptions.DEFAULT);
        DeviceState state = backend.newState("policy");
        Executable rows = backend.compile(b.build())) {
      state.allocate(new Slot("embedding", EMBEDDING));
      assertThat(EMBEDDING.bytes()).isGreaterThan(HostTensor.MAX_BYTES);
      for (Pieces piece : Pieces.of(EMBEDDING)) {
        HostTensor part = HostTensor.allocate(DType.F32, piece.count());
        part.set(0, piece.from() / 3584.0);
        part.set(piece.count() - 1L, -1);
        state.upload("embedding", piece.from(), part);
      }
      long last = 151936L * 3584 - 1;
      assertThat(state.download("embedding", last, 1).get(0)).isEqualTo(-1);
      HostTensor which = HostTensor.ofInts(new int[] {0, 151935, 7}, 3);
      HostTensor read =
          Objects.requireNonNull(rows.run(state, Map.of("ids", which)).get("rows")).toHost();
      assertThat(read.get(2 * 3584 - 1)).as("the last element of the last row").isEqualTo(-1);
      assertThat(read.get(2 * 3584)).isZero();
    }
  }
}
