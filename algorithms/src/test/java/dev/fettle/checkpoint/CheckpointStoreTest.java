package dev.fettle.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.ir.DType;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.program.Slot;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceState;
import dev.fettle.spi.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
  @TempDir Path run;

  private Path dir() {
    return run.resolve("checkpoints");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(dir())) {
      return all.map(p -> p.getFileName().toString())
          .filter(n -> !n.equals(".lock"))
          .sorted()
          .toList();
    }
  }

  private Checkpoint newest() {
    return CheckpointStore.newest(dir()).orElseThrow();
  }

  private static void assertHolds(Checkpoint checkpoint, long step) {
    assertThat(checkpoint.step()).isEqualTo(step);
    assertThat(checkpoint.trainer()).isEqualTo(TestRun.trainer(step));
    TestRun parameters = TestRun.parameters(0);
    TestRun optimizer = TestRun.optimizer(0);
    checkpoint.restore(parameters, optimizer);
    assertThat(parameters.sameAs(TestRun.parameters(step))).isTrue();
    assertThat(optimizer.sameAs(TestRun.optimizer(step))).isTrue();
  }

  @Test
  void restoresEveryBit() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(dir(), 3)) {
      assertThat(store.newest()).isEmpty();
      Path written = store.write(TestRun.content(50));
      assertThat(written).isEqualTo(dir().resolve("step-000050"));
      assertThat(written.toFile().list())
          .containsExactlyInAnyOrder(
              "model.safetensors",
              "optimizer.safetensors",
              "trainer.json",
              "provenance.json",
              "manifest.json");
      assertHolds(store.newest().orElseThrow(), 50);
    }
    assertThat(newest().provenance().backend()).isEqualTo("reference");
  }

  @Test
  void theSameContentIsTheSameBytes() throws IOException {
    for (String name : List.of("a", "b")) {
      try (CheckpointStore store = CheckpointStore.open(run.resolve(name), 3)) {
        store.write(TestRun.content(50));
      }
    }
    String manifest = "step-000050/manifest.json";
    assertThat(run.resolve("a").resolve(manifest))
        .hasSameBinaryContentAs(run.resolve("b").resolve(manifest));
  }

  @Test
  void slotsOfAStateGoOutAndIn() {
    Slot weight = TestRun.slot("param/lm_head.weight", DType.F32, 2, 2);
    Slot moment = TestRun.slot("adam_m/lm_head.weight", DType.F32, 2, 2);
    try (Backend backend = new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT);
        DeviceState state = backend.newState("policy");
        CheckpointStore store = CheckpointStore.open(dir(), 1)) {
      state.allocate(weight);
      state.allocate(moment);
      state.upload(weight.name(), HostTensor.ofFloats(new float[] {1, 2, 3, 4}, 2, 2));
      state.upload(moment.name(), HostTensor.ofFloats(new float[] {5, 6, 7, 8}, 2, 2));
      CheckpointTensors parameters = CheckpointTensors.of(state, Map.of("lm_head.weight", weight));
      CheckpointTensors moments = CheckpointTensors.of(state, List.of(moment));
      CheckpointContent c = TestRun.content(1);
      store.write(
          new CheckpointContent(
              c.trainer(), c.provenance(), CheckpointModel.of(parameters), moments));

      state.upload(weight.name(), HostTensor.allocate(weight.type()));
      state.upload(moment.name(), HostTensor.allocate(moment.type()));
      newest().restore(parameters, moments);
      assertThat(state.download(weight.name()).toFloats()).containsExactly(1, 2, 3, 4);
      assertThat(state.download(moment.name()).toFloats()).containsExactly(5, 6, 7, 8);
      try (WeightSource file = WeightSource.open(newest().modelFile())) {
        assertThat(file.names()).containsExactly("lm_head.weight");
      }
    }
  }

  @Test
  void keepsTheNewest() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(dir(), 2)) {
      for (long step : new long[] {5, 10, 15, 20}) {
        store.write(TestRun.content(step));
      }
    }
    assertThat(names()).containsExactly("step-000015", "step-000020");
    assertHolds(newest(), 20);
  }

  @Test
  void keepZeroKeepsAll() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(dir(), 0)) {
      for (long step = 1; step <= 4; step++) {
        store.write(TestRun.content(step));
      }
    }
    assertThat(names()).hasSize(4);
  }

  @Test
  void aDamagedOneDoesNotCountAsKept() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(dir(), 2)) {
      store.write(TestRun.content(5));
      store.write(TestRun.content(10));
      Files.delete(dir().resolve("step-000010/trainer.json"));
      store.write(TestRun.content(15));
      assertThat(names()).containsExactly("step-000005", "step-000010", "step-000015");
      store.write(TestRun.content(20));
      assertThat(names()).containsExactly("step-000015", "step-000020");
    }
  }

  @Test
  void oneOfTheSameStepIsReplaced() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(dir(), 2)) {
      store.write(TestRun.content(5, TestRun.of(TestRun.slot("old", DType.F32, 2))));
      store.write(TestRun.content(5));
    }
    assertThat(names()).containsExactly("step-000005");
    assertHolds(newest(), 5);
  }

  @Test
  void openingCleansUpAfterAKilledRun() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(dir(), 5)) {
      store.write(TestRun.content(5));
      store.write(TestRun.content(10));
    }
    // Killed while writing, while deleting, and between the two renames of a replacement.
    Files.createDirectories(dir().resolve(".tmp-step-000015"));
    Files.writeString(dir().resolve(".tmp-step-000015/model.safetensors"), "half");
    Files.createDirectories(dir().resolve(".del-step-000001"));
    Files.move(dir().resolve("step-000010"), dir().resolve(".old-step-000010"));
    assertHolds(newest(), 10);
    CheckpointStore.open(dir(), 5).close();
    assertThat(names()).containsExactly("step-000005", "step-000010");
    assertHolds(newest(), 10);

    Files.createDirectories(dir().resolve(".old-step-000010"));
    CheckpointStore.open(dir(), 5).close();
    assertThat(names()).containsExactly("step-000005", "step-000010");
  }

  @Test
  void laterOnesArePutAsideWhenARunGoesBack() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(dir(), 5)) {
      for (long step : new long[] {5, 10, 15}) {
        store.write(TestRun.content(step));
      }
      store.setAsideAfter(5);
      assertHolds(store.newest().orElseThrow(), 5);
    }
    assertThat(names())
        .containsExactly("abandoned-step-000010", "abandoned-step-000015", "step-000005");
  }

  @Test
  void onlyOneRunWritesToADirectory() {
    try (CheckpointStore store = CheckpointStore.open(dir(), 2)) {
      assertThatThrownBy(() -> CheckpointStore.open(dir(), 2))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("another run is writing here");
      store.write(TestRun.content(5));
    }
    CheckpointStore.open(dir(), 2).close();
  }

  @Test
  void aPathToResumeFromMayBeARunADirectoryOrACheckpoint() {
    try (CheckpointStore store = CheckpointStore.open(dir(), 5)) {
      store.write(TestRun.content(5));
      store.write(TestRun.content(10));
    }
    assertThat(Checkpoint.find(run).step()).isEqualTo(10);
    assertThat(Checkpoint.find(dir()).step()).isEqualTo(10);
    assertThat(Checkpoint.find(dir().resolve("step-000005")).step()).isEqualTo(5);
    assertThatThrownBy(() -> Checkpoint.find(run.resolve("nowhere")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("nowhere: no checkpoint here");
  }

  @Test
  void aCheckpointOfAnotherModelIsRefusedByName() {
    try (CheckpointStore store = CheckpointStore.open(dir(), 5)) {
      store.write(TestRun.content(5, TestRun.of(TestRun.slot("a", DType.F32, 2, 3))));
    }
    TestRun untouched = TestRun.of(TestRun.slot("a", DType.F32, 3, 2));
    assertThatThrownBy(() -> newest().restore(untouched, TestRun.none()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("model.safetensors holds 'a' as F32[2, 3]")
        .hasMessageContaining("F32[d0=3, d1=2]");
    assertThat(untouched.sameAs(TestRun.of(TestRun.slot("a", DType.F32, 3, 2)))).isTrue();
    assertThatThrownBy(
            () -> newest().restore(TestRun.of(TestRun.slot("b", DType.F32, 2, 3)), TestRun.none()))
        .hasMessageContaining("has no tensor 'b'");
    assertThatThrownBy(() -> newest().restore(TestRun.none(), TestRun.none()))
        .hasMessageContaining("holds 'a', which this run does not have");
  }

  @Test
  void provenanceNamesSoftwareConfigAndData() throws IOException {
    Path data = Files.writeString(run.resolve("rows.jsonl"), "abc");
    Provenance p = Provenance.gather("reference", "java 17", "run: {}", List.of(data));
    // SHA-256 of "abc": FIPS 180-2, appendix B.1.
    assertThat(p.data())
        .containsExactly(
            new Provenance.DataFile(
                data.toString(),
                3,
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    assertThat(p.configSha256()).hasSize(64);
    assertThat(List.of(p.fettle(), p.java(), p.os())).noneMatch(String::isBlank);
    assertThatThrownBy(() -> Provenance.gather("r", "1", "", List.of(run.resolve("missing.jsonl"))))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("missing.jsonl");
  }
}
