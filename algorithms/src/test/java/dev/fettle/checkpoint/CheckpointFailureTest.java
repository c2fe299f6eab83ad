package dev.fettle.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.ir.DType;
import dev.fettle.program.Slot;
import dev.fettle.spi.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFailureTest {
  @TempDir Path run;

  private Path dir;

  @BeforeEach
  void oneCheckpoint() {
    dir = run.resolve("checkpoints");
    try (CheckpointStore store = CheckpointStore.open(dir, 1)) {
      store.write(TestRun.content(5));
    }
  }

  private void assertOnlyTheFirst() throws IOException {
    assertThat(CheckpointStore.newest(dir).orElseThrow().step()).isEqualTo(5);
    try (Stream<Path> all = Files.list(dir)) {
      assertThat(all.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder(".lock", "step-000005");
    }
  }

  /** Writes as a process that may write no file larger than 64 KiB: fails like a full disk. */
  public static final class Writer {
    private Writer() {}

    /** Prints the error. */
    public static void main(String[] args) {
      try (CheckpointStore store = CheckpointStore.open(Path.of(args[0]), 1)) {
        store.write(TestRun.content(10));
      } catch (CheckpointException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void aWriteThatFailsHalfWayLeavesNothing() throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/bin/sh")), "skipped: no shell to limit a process with");
    Path out = run.resolve("out.txt");
    Process limited =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "ulimit -f 128 && exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                dir.toString())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertThat(limited.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(out))
        .contains(dir.resolve("step-000010") + ": the checkpoint cannot be written: File too large")
        .containsPattern("It needs \\d+ bytes; \\d+ bytes are free")
        .contains("Earlier checkpoints are untouched")
        .contains("resume the run");
    assertOnlyTheFirst();
  }

  @Test
  void whatCannotFitIsNotBegun() throws IOException {
    Slot huge = TestRun.slot("huge", DType.F32, 1L << 30, 1L << 20);
    CheckpointTensors tensors =
        new CheckpointTensors() {
          @Override
          public List<Slot> slots() {
            return List.of(huge);
          }

          @Override
          public HostTensor download(String name) {
            throw new AssertionError("nothing should be downloaded");
          }

          @Override
          public void upload(String name, HostTensor tensor) {}
        };
    try (CheckpointStore store = CheckpointStore.open(dir, 1)) {
      assertThatThrownBy(() -> store.write(TestRun.content(10, tensors)))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("not enough space. It needs 4503599627370496 bytes");
    }
    assertOnlyTheFirst();
  }

  @Test
  void aDeviceThatFailsLeavesNothing() throws IOException {
    TestRun good = TestRun.parameters(10);
    CheckpointTensors tensors =
        new CheckpointTensors() {
          @Override
          public List<Slot> slots() {
            return good.slots();
          }

          @Override
          public HostTensor download(String name) {
            if (name.equals("frozen.weight")) {
              throw new IllegalStateException("device lost");
            }
            return good.download(name);
          }

          @Override
          public void upload(String name, HostTensor tensor) {}
        };
    try (CheckpointStore store = CheckpointStore.open(dir, 1)) {
      assertThatThrownBy(() -> store.write(TestRun.content(10, tensors)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("device lost");
    }
    assertOnlyTheFirst();
  }

  @Test
  void aDirectoryThatCannotBeIsNamed() throws IOException {
    Path taken = Files.writeString(run.resolve("taken"), "a file");
    assertThatThrownBy(() -> CheckpointStore.open(taken.resolve("checkpoints"), 1))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(taken.toString())
        .hasMessageContaining("run.out");
  }

  @Test
  void aDirectoryWithoutPermissionIsNamed() throws IOException {
    Path closed = Files.createDirectory(run.resolve("closed"));
    Assumptions.assumeTrue(
        closed.toFile().setWritable(false) && !Files.isWritable(closed),
        "skipped: this user may write anywhere");
    assertThatThrownBy(() -> CheckpointStore.open(closed.resolve("checkpoints"), 1))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("permission denied");
  }
}
