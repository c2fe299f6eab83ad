package dev.fettle.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.ir.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointDamageTest {
  private static final long SEED = 20;

  @TempDir Path dir;

  @BeforeEach
  void twoCheckpoints() {
    try (CheckpointStore store = CheckpointStore.open(dir, 5)) {
      store.write(TestRun.content(5));
      store.write(TestRun.content(10));
    }
  }

  private Path newer() {
    return dir.resolve("step-000010");
  }

  private void assertPassedOver(Path file) {
    assertThat(CheckpointStore.newest(dir).orElseThrow().step()).isEqualTo(5);
    assertThatThrownBy(() -> Checkpoint.open(newer()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(file.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.safetensors",
        "optimizer.safetensors",
        "trainer.json",
        "provenance.json",
        "manifest.json"
      })
  void aFlippedBitOrALostByteIsSeen(String name) throws IOException {
    Path file = newer().resolve(name);
    byte[] good = Files.readAllBytes(file);
    Random random = new Random(SEED);
    for (int i = 0; i < 25; i++) {
      byte[] bad = good.clone();
      int at = random.nextInt(bad.length);
      int bit = random.nextInt(8);
      bad[at] ^= (byte) (1 << bit);
      Files.write(file, bad);
      assertThatThrownBy(() -> Checkpoint.open(newer()))
          .as("seed %d: bit %d of byte %d of %s", SEED, bit, at, name)
          .isInstanceOf(CheckpointException.class);
    }
    assertThat(CheckpointStore.newest(dir).orElseThrow().step()).isEqualTo(5);
    for (int length : new int[] {good.length - 1, good.length / 2, 1, 0}) {
      Files.write(file, Arrays.copyOf(good, length));
      assertPassedOver(file);
    }
    Files.write(file, Arrays.copyOf(good, good.length + 1));
    assertPassedOver(file);
    Files.delete(file);
    assertPassedOver(file);
    Files.write(file, good);
    assertThat(CheckpointStore.newest(dir).orElseThrow().step()).isEqualTo(10);
  }

  @Test
  void everyByteOfTheManifestCounts() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(dir, 5)) {
      store.write(TestRun.content(10, TestRun.of(TestRun.slot("small", DType.F32, 2))));
    }
    Path file = dir.resolve("step-000010/manifest.json");
    byte[] good = Files.readAllBytes(file);
    // Seven, so that every byte is hit, and every bit of a byte somewhere.
    for (int i = 0; i < good.length * 8; i += 7) {
      byte[] bad = good.clone();
      bad[i / 8] ^= (byte) (1 << (i % 8));
      Files.write(file, bad);
      assertThatThrownBy(() -> Checkpoint.open(newer()))
          .as("bit %d", i)
          .isInstanceOf(CheckpointException.class);
    }
  }

  @Test
  void aManifestThatNamesOtherFilesIsRefused() throws IOException {
    Path checkpoint = dir.resolve("step-000010");
    Manifest manifest = Manifest.read(checkpoint);
    Manifest fewer = new Manifest(2, 10, manifest.model(), manifest.files().subList(0, 2));
    Files.write(checkpoint.resolve(Manifest.NAME), Manifest.json(fewer));
    assertThatThrownBy(() -> Checkpoint.open(checkpoint))
        .hasMessageContaining("does not name the files");
    Manifest later = new Manifest(3, 10, manifest.model(), manifest.files());
    Files.write(checkpoint.resolve(Manifest.NAME), Manifest.json(later));
    assertThatThrownBy(() -> Checkpoint.open(checkpoint)).hasMessageContaining("format 3");
  }

  @Test
  void aCopyUnderALaterNameIsNotTaken() throws IOException {
    Files.move(dir.resolve("step-000005"), dir.resolve("step-000020"));
    assertThat(CheckpointStore.newest(dir).orElseThrow().step()).isEqualTo(10);
  }

  @Test
  void whereNoneIsReadableAllReasonsAreGiven() throws IOException {
    Files.write(dir.resolve("step-000010/model.safetensors"), new byte[3]);
    Files.delete(dir.resolve("step-000005/manifest.json"));
    assertThatThrownBy(() -> CheckpointStore.newest(dir))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("none of 2 checkpoints can be read")
        .hasMessageContaining("step-000010/model.safetensors is 3 bytes long")
        .hasMessageContaining("step-000005/manifest.json cannot be read: no such file");
  }
}
