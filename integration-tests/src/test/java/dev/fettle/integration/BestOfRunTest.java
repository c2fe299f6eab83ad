package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.fettle.bestof.BestOfFile;
import dev.fettle.bestof.BestOfReport;
import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.ConfigReader;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.config.ModelSettings;
import dev.fettle.harness.model.BestOfRun;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.model.NewModel.Family;
import dev.fettle.harness.model.NewModel.Sizes;
import dev.fettle.harness.model.NewModel.TrainedTokens;
import dev.fettle.harness.model.RewardModel;
import dev.fettle.harness.run.RunOptions;
import dev.fettle.harness.sample.SampleRequest;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.reward.RewardEntry;
import dev.fettle.reward.RewardKeys;
import dev.fettle.reward.Rewards;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Best-of-N with a reward model, from prompts to the report, on both native backends. */
class BestOfRunTest {
  private static final int SAMPLES = 6;
  private static final double ROUNDING = 2e-4;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path dir;
  private static Path model;
  private static Path reward;
  private static Path prompts;

  @BeforeAll
  static void make() throws IOException {
    StringBuilder pairs = new StringBuilder();
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String prompt = "What is %d and one?".formatted(i * 7);
      pairs.append(
          "{\"prompt\": \"%s\", \"chosen\": \" It is %d.\", \"rejected\": \" No.\"}\n"
              .formatted(prompt, i * 7 + 1));
      rows.add("{\"prompt\": \"%s\", \"answer\": \"%d\"}".formatted(prompt, i * 7 + 1));
    }
    Path text = Files.writeString(dir.resolve("pairs.jsonl"), pairs);
    prompts = Files.write(dir.resolve("prompts.jsonl"), rows);
    model = dir.resolve("model");
    Fettle.initModel(
        new NewModel(
            Family.LLAMA,
            new Sizes(1, 16, 2, 2, 32, 64, true),
            new TrainedTokens(List.of(text), 290, List.of()),
            3),
        model);
    Path yaml =
        Files.writeString(
            dir.resolve("reward.yaml"),
            """
            run: { name: reward }
            backend: { id: onnxruntime }
            model: { path: model }
            algorithm: { type: reward }
            data: { train: pairs.jsonl, maxLength: 64 }
            optimizer: { learningRate: 1.0e-2 }
            train: { steps: 4, batchSize: 4 }
            """);
    try (Fettle fettle = Fettle.open(ConfigReader.read(yaml), RunOptions.quiet())) {
      reward = fettle.train().model().orElseThrow();
    }
  }

  private static List<JsonNode> bestOf(String backend, Path out) throws IOException {
    BestOfRun run =
        new BestOfRun(
            Optional.of(ModelSettings.of(model)),
            BackendSettings.of(backend),
            Rewards.discover(),
            List.of(RewardEntry.of(reward)),
            RewardKeys.read("gold", List.of("{ type: length, max: 20 }")));
    SampleRequest request =
        SampleRequest.of(prompts, SamplingOptions.sampling(16).withSamples(SAMPLES).withSeed(8));
    assertThat(run.sample(request, out).whole()).isTrue();
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(out)) {
      rows.add(JSON.readTree(line));
    }
    return rows;
  }

  @Test
  void rewardsAreThoseOfTheModelAndBackendsAgree() throws IOException {
    Map<String, List<JsonNode>> all = new LinkedHashMap<>();
    for (String backend : List.of("onnxruntime", "tensorflow")) {
      Path out = dir.resolve("best-" + backend + ".jsonl");
      List<JsonNode> rows = bestOf(backend, out);
      assertThat(rows).hasSize(12);
      check(backend, rows);
      BestOfReport report = BestOfFile.report(out);
      assertThat(report.prompts()).isEqualTo(12);
      assertThat(report.points()).hasSize(SAMPLES);
      assertThat(report.points())
          .extracting(p -> p.reward().mean())
          .as("the best of more is never worse")
          .isSorted();
      assertThat(report.goldGain()).isPresent();
      all.put(backend, rows);
    }
    List<JsonNode> first = all.getOrDefault("onnxruntime", List.of());
    List<JsonNode> second = all.getOrDefault("tensorflow", List.of());
    int apart = 0;
    for (int i = 0; i < 12; i++) {
      for (int s = 0; s < SAMPLES; s++) {
        JsonNode a = first.get(i).path("candidates").get(s);
        JsonNode b = second.get(i).path("candidates").get(s);
        if (a.path("completion_ids").equals(b.path("completion_ids"))) {
          assertThat(a.path("reward").asDouble())
              .isCloseTo(b.path("reward").asDouble(), within(ROUNDING));
        } else {
          apart++;
        }
      }
    }
    // A draw within rounding of the edge between two tokens.
    assertThat(apart).isLessThanOrEqualTo(1);
  }

  /** The rewards of candidates are what scoring them as rows gives; the best is chosen. */
  private static void check(String backend, List<JsonNode> rows) throws IOException {
    List<String> scored = new ArrayList<>();
    List<Double> given = new ArrayList<>();
    for (JsonNode row : rows) {
      double best = Double.NEGATIVE_INFINITY;
      for (JsonNode candidate : row.path("candidates")) {
        best = Math.max(best, candidate.path("reward").asDouble());
        // Scoring marks the end of a text, so answers that were cut are other sequences there.
        if (candidate.path("finish_reason").asText().equals("length")) {
          ArrayNode ids = JSON.createArrayNode();
          row.path("prompt_ids").forEach(ids::add);
          candidate.path("completion_ids").forEach(ids::add);
          scored.add(JSON.writeValueAsString(JSON.createObjectNode().set("input_ids", ids)));
          given.add(candidate.path("reward").asDouble());
        }
      }
      assertThat(row.path("reward").asDouble()).isEqualTo(best);
      JsonNode chosen = row.path("candidates").get(row.path("sample").asInt());
      assertThat(row.path("completion_ids")).isEqualTo(chosen.path("completion_ids"));
      assertThat(row.path("reward")).isEqualTo(chosen.path("reward"));
    }
    assertThat(scored).isNotEmpty();
    Path file = Files.write(dir.resolve("scored-" + backend + ".jsonl"), scored);
    List<Double> rewards = new ArrayList<>();
    try (RewardModel loaded = RewardModel.open(reward, BackendSettings.of(backend))) {
      loaded.score(DataSettings.of(file), rewards::add);
    }
    assertThat(rewards).hasSameSizeAs(given);
    for (int i = 0; i < rewards.size(); i++) {
      assertThat(rewards.get(i)).isCloseTo(given.get(i), within(ROUNDING));
    }
  }
}
