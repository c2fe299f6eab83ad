package dev.fettle.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.fettle.ir.DType;
import dev.fettle.models.config.ModelFileException;
import dev.fettle.spi.HostTensor;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Model directories: single file, shards, wrong directories, a full disk. */
final class ModelWeightsTest {
  private static final String INDEX = "model.safetensors.index.json";

  @TempDir Path dir;

  /** Tensors of 400 bytes whose elements are all their number. */
  private static List<TensorEntry> tensors(int count) {
    List<TensorEntry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] values = new float[100];
      java.util.Arrays.fill(values, i);
      entries.add(TensorEntry.of("layer." + i, HostTensor.ofFloats(values, 10, 10)));
    }
    return entries;
  }

  private static List<String> filesIn(Path dir) throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  private static void assertHolds(Path dir, int count) {
    try (WeightSource w = WeightSource.open(dir)) {
      assertThat(w.names()).hasSize(count);
      assertThat(w.metadata()).containsEntry("format", "pt");
      for (int i = 0; i < count; i++) {
        String name = "layer." + i;
        assertThat(w.has(name)).isTrue();
        assertThat(w.shape(name)).containsExactly(10, 10);
        assertThat(w.dtype(name)).isEqualTo(DType.F32);
        assertThat(w.read(name).toFloats()).containsOnly(i);
        assertThat(w.readAs(name, DType.F32).get(0)).isEqualTo(i);
      }
      assertThat(w.has("other")).isFalse();
      assertThatThrownBy(() -> w.read("other")).hasMessageContaining("'other' is not in");
    }
  }

  @Test
  void oneFileWhereItFits() throws IOException {
    ModelWeights.write(dir, tensors(5), ModelWeights.DEFAULT_SHARD_BYTES);
    assertThat(filesIn(dir)).containsExactly("model.safetensors");
    assertHolds(dir, 5);
  }

  @Test
  void shardsWithIndex() throws IOException {
    ModelWeights.write(dir, tensors(5), 900);
    assertThat(filesIn(dir))
        .containsExactly(
            "model-00001-of-00003.safetensors",
            "model-00002-of-00003.safetensors",
            "model-00003-of-00003.safetensors",
            INDEX);
    assertThat(Files.readString(dir.resolve(INDEX)))
        .contains("\"total_size\" : 2000", "\"layer.4\" : \"model-00003-of-00003.safetensors\"");
    assertHolds(dir, 5);
  }

  @Test
  void aTensorLargerThanAShardHasItsOwn() throws IOException {
    ModelWeights.write(dir, tensors(3), 10);
    assertThat(filesIn(dir)).hasSize(4);
    assertHolds(dir, 3);
  }

  @Test
  void aSaveInTheOtherLayoutReplacesTheFirst() throws IOException {
    ModelWeights.write(dir, tensors(5), 900);
    ModelWeights.write(dir, tensors(2), 10_000);
    assertHolds(dir, 2);
    ModelWeights.write(dir, tensors(3), 900);
    assertThat(filesIn(dir)).doesNotContain("model.safetensors").contains(INDEX);
    assertHolds(dir, 3);
  }

  @Test
  void missingShardAndMissingTensor() throws IOException {
    ModelWeights.write(dir, tensors(4), 900);
    Path second = dir.resolve("model-00002-of-00002.safetensors");
    SafetensorsWriter.write(second, tensors(1));
    assertThatThrownBy(() -> WeightSource.open(dir))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("tensor 'layer.2' should be in model-00002-of-00002.safetensors");
    Files.delete(second);
    assertThatThrownBy(() -> WeightSource.open(dir))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("shard model-00002-of-00002.safetensors is not in the directory");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"../x.safetensors\"",
        "\"/etc/x.safetensors\"",
        "\"a/b.safetensors\"",
        "\"a\\\\b.safetensors\"",
        "\"c:x.safetensors\"",
        "\"x\\u0000.safetensors\"",
        "\"pytorch_model.bin\"",
        "\"\"",
        "7",
        "null"
      })
  void shardNamesStayInTheDirectory(String shard) throws IOException {
    Files.writeString(dir.resolve(INDEX), "{\"weight_map\":{\"t\":" + shard + "}}");
    assertThatThrownBy(() -> WeightSource.open(dir))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("tensor 't': shard")
        .hasMessageContaining("plain name");
  }

  @Test
  void brokenIndex() throws IOException {
    Path index = dir.resolve(INDEX);
    Map<String, String> messages =
        Map.of(
            "{}", "'weight_map' is missing",
            "[]", "not one JSON object",
            "{\"weight_map\":{\"t\":\"a.safetensors\",\"t\":\"b.safetensors\"}}", "'t'",
            "{\"weight_map\":", "not valid JSON");
    for (Map.Entry<String, String> e : messages.entrySet()) {
      Files.writeString(index, e.getKey());
      assertThatThrownBy(() -> WeightSource.open(dir))
          .isInstanceOf(ModelFileException.class)
          .hasMessageStartingWith(index + ": ")
          .hasMessageContaining(e.getValue());
    }
  }

  @Test
  void directoriesWithoutSafetensors() throws IOException {
    assertThatThrownBy(() -> WeightSource.open(dir.resolve("typo")))
        .hasMessageContaining("no such model directory");
    assertThatThrownBy(() -> WeightSource.open(dir)).hasMessageContaining("it is empty");
    Files.writeString(dir.resolve("config.json"), "{}");
    assertThatThrownBy(() -> WeightSource.open(dir)).hasMessageContaining("it holds config.json");
    Files.writeString(dir.resolve("pytorch_model.bin"), "");
    assertThatThrownBy(() -> WeightSource.open(dir))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("convert to safetensors");
  }

  @Test
  void aFullDiskLeavesWhatWasThere() throws IOException {
    Configuration small = Configuration.unix().toBuilder().setMaxSize(16 * 1024).build();
    try (FileSystem disk = Jimfs.newFileSystem(small)) {
      Path model = disk.getPath("/model");
      ModelWeights.write(model, tensors(2), 10_000);
      assertThatThrownBy(() -> ModelWeights.write(model, tensors(100), 1_000_000))
          .isInstanceOf(ModelFileException.class)
          .hasMessageStartingWith("/model/model.safetensors: cannot be written: ")
          .hasMessageContaining("MiB are free")
          .hasMessageContaining("nothing was changed")
          .message()
          .hasLineCount(1);
      assertThat(filesIn(model)).containsExactly("model.safetensors");
      assertHolds(model, 2);

      assertThatThrownBy(() -> ModelWeights.write(model, tensors(100), 4_000))
          .isInstanceOf(ModelFileException.class);
      assertThat(filesIn(model)).containsExactly("model.safetensors");
      assertHolds(model, 2);
    }
  }

  @Test
  void differencesNameTensorsAndBothShapes() {
    ModelWeights.write(dir, tensors(9), 10_000);
    try (WeightSource w = WeightSource.open(dir)) {
      Map<String, long[]> needed =
          Map.of(
              "layer.0", new long[] {10, 10}, "layer.1", new long[] {5, 20}, "head", new long[0]);
      WeightDifferences d = WeightDifferences.between(w, needed);
      assertThat(new WeightMismatchException(dir, d))
          .hasMessageStartingWith(dir + ": the weights do not fit config.json: ")
          .hasMessageContaining(
              "1 tensor has another shape: 'layer.1' is [10, 10] but should be [5, 20]; "
                  + "1 tensor is missing: head; "
                  + "7 tensors are unexpected: layer.2, layer.3, layer.4, layer.5, layer.6, ...");
      assertThat(d.isEmpty()).isFalse();
      assertThat(d.ignoringUnexpected().describe()).doesNotContain("unexpected");
      Map<String, long[]> exact = new java.util.HashMap<>();
      w.names().forEach(n -> exact.put(n, w.shape(n)));
      assertThat(WeightDifferences.between(w, exact).isEmpty()).isTrue();
    }
  }
}
