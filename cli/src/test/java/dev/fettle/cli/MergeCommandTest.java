package dev.fettle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fettle.harness.config.AdapterSettings;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.harness.model.ModelFiles;
import dev.fettle.harness.model.PolicyPlan;
import dev.fettle.models.ModelParts;
import dev.fettle.models.lora.AdapterConfig;
import dev.fettle.models.lora.AdapterWeights;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.weights.SafetensorsWriter;
import dev.fettle.models.weights.TensorEntry;
import dev.fettle.spi.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fettle merge}, and {@code --adapter} of other commands. */
class MergeCommandTest {
  private static final AdapterSettings ALL_LINEAR =
      new AdapterSettings(
          Optional.empty(),
          Optional.of(4),
          Optional.of(64.0),
          Optional.of(List.of(AdapterSettings.ALL_LINEAR)),
          Optional.empty(),
          List.of());

  @TempDir private Path dir;
  private Path model;
  private Path adapter;
  private Path merged;

  @BeforeEach
  void make() throws IOException {
    model = TinyModel.in(dir);
    adapter = Files.createDirectory(dir.resolve("adapter"));
    merged = dir.resolve("merged");
    try (ModelFiles files = ModelFiles.open(model)) {
      PolicyPlan plan = PolicyPlan.of(files, ModelSettings.of(model).with(ALL_LINEAR));
      AdapterConfig config = plan.adapter().orElseThrow().config();
      config.saved(model.toString(), List.of()).write(adapter);
      List<TensorEntry> entries = new ArrayList<>();
      AdapterWeights.named(ModelParts.trace(plan.spec()))
          .forEach((name, p) -> entries.add(TensorEntry.of(name, random(p))));
      SafetensorsWriter.write(adapter.resolve(AdapterWeights.FILE), entries);
    }
  }

  private static HostTensor random(ParameterSpec p) {
    HostTensor tensor = HostTensor.allocate(p.type());
    Random random = new Random(p.name().hashCode());
    for (int i = 0; i < tensor.elements(); i++) {
      tensor.set(i, random.nextGaussian());
    }
    return tensor;
  }

  private Invocation merge() {
    return Invocation.of("merge", "--model=" + model, "--adapter=" + adapter, "--out=" + merged);
  }

  private String scores(String... models) throws IOException {
    Path rows = Files.writeString(dir.resolve("rows.jsonl"), "{\"text\": \"one and two\"}\n");
    List<String> args = new ArrayList<>(List.of("score", "--backend=reference", "--data=" + rows));
    args.addAll(List.of(models));
    Invocation score = Invocation.of(args.toArray(String[]::new));
    assertThat(score.err()).isEmpty();
    return score.out();
  }

  private static String text(String... models) {
    List<String> args =
        new ArrayList<>(
            List.of("generate", "--backend=reference", "--prompt=one", "--max-new-tokens=12"));
    args.addAll(List.of(models));
    Invocation generate = Invocation.of(args.toArray(String[]::new));
    assertThat(generate.err()).isEmpty();
    return generate.out();
  }

  @Test
  void theMergedModelIsTheModelWithItsAdapter() throws IOException {
    Invocation merge = merge();
    assertThat(merge.err()).isEmpty();
    assertThat(merge.out()).isEqualTo("The merged model is in " + merged + System.lineSeparator());
    assertThat(merge.code()).isZero();
    String[] both = {"--model=" + model, "--adapter=" + adapter};
    assertThat(scores("--model=" + merged))
        .isEqualTo(scores(both))
        .isEqualTo(scores("--model=" + adapter))
        .isNotEqualTo(scores("--model=" + model));
    assertThat(text("--model=" + merged))
        .isEqualTo(text(both))
        .isNotEqualTo(text("--model=" + model));
    try (Stream<Path> files = Files.list(merged)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json");
    }
  }

  @Test
  void aPlaceThatIsTakenIsLeftAlone() throws IOException {
    Files.createDirectory(merged);
    Invocation merge = merge();
    assertThat(merge.err()).contains("merged is there already; choose another directory");
    assertThat(merge.code()).isEqualTo(2);
  }

  @Test
  void whatCannotBeMergedLeavesNothing() throws IOException {
    Files.writeString(adapter.resolve("adapter_model.safetensors"), "no tensors");
    Invocation merge = merge();
    assertThat(merge.err()).contains("adapter_model.safetensors");
    assertThat(merge.code()).isEqualTo(2);
    assertThat(merged).doesNotExist();
    assertThat(dir.resolve(".merged.tmp")).doesNotExist();
  }

  @Test
  void anAdapterOfAnotherModelIsTold() throws IOException {
    Path other = dir.resolve("other");
    Invocation init = Invocation.of("init", other.toString(), "--layers=1", "--tokenizer=" + model);
    assertThat(init.err()).isEmpty();
    Invocation merge =
        Invocation.of("merge", "--model=" + other, "--adapter=" + adapter, "--out=" + merged);
    assertThat(merge.err())
        .contains("adapter_config.json: key 'target_modules' names no linear layer of the model")
        .contains("q_proj");
    Files.delete(adapter.resolve("adapter_config.json"));
    assertThat(merge().err()).contains("adapter_config.json: no such file");
    assertThat(merge().code()).isEqualTo(2);
  }
}
