package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.Example;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.RunConfig;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.model.NewModel.Family;
import dev.fettle.harness.model.NewModel.Sizes;
import dev.fettle.harness.model.NewModel.TrainedTokens;
import dev.fettle.harness.model.RewardModel;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.models.weights.SafetensorsFile;
import dev.fettle.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A reward model that was trained as an adapter: peft and transformers load what Fettle saved, and
 * give the same rewards. Theirs are committed; {@code make_reward_lora.py} beside them makes them
 * anew from what this test leaves in the folder {@code -Dfettle.keep} names.
 */
class RewardLoraGoldenTest {
  private static final String GOLDEN = "reward-lora.json";
  private static final double SAME = 2e-5;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path temporary;

  private static String pairs() {
    StringBuilder pairs = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      pairs.append(
          "{\"prompt\": \"What is %d and one?\", \"chosen\": \" It is %d.\", \"rejected\": \" No.\"}\n"
              .formatted(i * 7, i * 7 + 1));
    }
    return pairs.toString();
  }

  /** The base model and the adapter; the same weights on every machine, but for rounding. */
  private Path train(Path folder) throws IOException {
    Path rows = Files.writeString(folder.resolve("pairs.jsonl"), pairs());
    Path base = folder.resolve("base");
    if (!Files.exists(base)) {
      Fettle.initModel(
          new NewModel(
              Family.LLAMA,
              new Sizes(1, 16, 2, 2, 32, 48, true),
              new TrainedTokens(List.of(rows), 280, List.of()),
              3),
          base);
    }
    RunConfig config =
        RunConfig.builder()
            .set("run.name", "lora")
            .set("run.out", temporary)
            .set("backend.id", "reference")
            .set("model.path", base)
            .set("model.adapter.rank", 4)
            .set("model.adapter.targets", "all-linear")
            .set("algorithm.type", "reward")
            .set("data.train", rows)
            .set("data.maxLength", 48)
            .set("optimizer.learningRate", 2e-2)
            .set("train.steps", 8)
            .set("train.batchSize", 4)
            .build();
    try (Fettle fettle = Fettle.open(config, RunOptions.quiet())) {
      return fettle.train().model().orElseThrow();
    }
  }

  private static void keep(Path folder, Path adapter) throws IOException {
    Path to = Files.createDirectories(folder.resolve("adapter"));
    for (String name : List.of("adapter_config.json", "adapter_model.safetensors")) {
      Files.write(to.resolve(name), Files.readAllBytes(adapter.resolve(name)));
    }
    List<int[]> rows = new ArrayList<>();
    try (Tokenizer tokenizer = Tokenizer.load(folder.resolve("base"))) {
      for (String text : List.of("What is 14 and one? It is 15.", "What is 0 and one? No.", "a")) {
        rows.add(tokenizer.encode(text + "</s>", true).ids());
      }
    }
    JSON.writeValue(folder.resolve("rows.json").toFile(), rows);
  }

  @Test
  void peftGivesTheSameRewards() throws IOException {
    String kept = System.getProperty("fettle.keep", "");
    Path folder =
        Files.createDirectories(kept.isEmpty() ? temporary.resolve("kept") : Path.of(kept));
    Path adapter = train(folder);
    keep(folder, adapter);
    JsonNode golden = golden();
    List<Example> rows = new ArrayList<>();
    golden.get("input_ids").forEach(ids -> rows.add(example(ids)));
    float[] rewards;
    try (RewardModel model = RewardModel.open(adapter, BackendSettings.of("reference"))) {
      rewards = model.rewards(rows);
    }
    assertThat(rewards).hasSize(3);
    for (int i = 0; i < rewards.length; i++) {
      assertThat((double) rewards[i])
          .isCloseTo(golden.get("rewards").get(i).doubleValue(), within(SAME));
    }
    // Far enough apart to tell an adapter from none, and rows from each other.
    assertThat(Math.abs(rewards[0] - rewards[1])).isGreaterThan(0.1f);
    assertThat(files(adapter)).hasToString(golden.get("tensors").toString());
    JsonNode config = JSON.readTree(adapter.resolve("adapter_config.json").toFile());
    assertThat(config.get("modules_to_save")).isEqualTo(golden.get("modules_to_save"));
    assertThat(config.get("task_type")).isEqualTo(golden.get("task_type"));
  }

  private static Example example(JsonNode ids) {
    int[] tokens = JSON.convertValue(ids, int[].class);
    byte[] targets = new byte[tokens.length];
    Arrays.fill(targets, 1, targets.length, (byte) 1);
    return new Example(tokens, targets, new RowOrigin(Path.of(GOLDEN), 1, RowOrigin.Unit.ROW));
  }

  private static JsonNode files(Path adapter) {
    ObjectNode names = JSON.createObjectNode();
    try (SafetensorsFile file =
        SafetensorsFile.open(adapter.resolve("adapter_model.safetensors"))) {
      file.names().stream()
          .sorted()
          .forEach(name -> names.set(name, JSON.valueToTree(file.shape(name))));
    }
    return names;
  }

  private static JsonNode golden() throws IOException {
    try (InputStream in = RewardLoraGoldenTest.class.getResourceAsStream(GOLDEN)) {
      assertThat(in).as("the golden %s; its script says how it is made", GOLDEN).isNotNull();
      return JSON.readTree(in);
    }
  }
}
