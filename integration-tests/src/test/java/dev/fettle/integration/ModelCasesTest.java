package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.data.encode.LossOn;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.score.RowScore;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.generate.TokenListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Configs of strangers' models that once were read otherwise than transformers reads them. */
class ModelCasesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PROMPT = "Once upon a time";

  @TempDir private Path dir;

  static Stream<String> backends() {
    return TestBackends.ids().filter(id -> !id.equals("reference"));
  }

  static Stream<Arguments> scored() {
    return backends()
        .flatMap(
            id ->
                Stream.of(
                        "tied-flag-but-own-head",
                        "dynamic-beyond",
                        "yarn-beyond-qwen2",
                        "longrope-short")
                    .map(name -> Arguments.of(id, name)));
  }

  @ParameterizedTest
  @MethodSource("scored")
  void logProbabilitiesAreTransformers(String id, String name) throws IOException {
    Path folder = SharedData.requireCase(name);
    JsonNode expected = JSON.readTree(folder.resolve("expected.json").toFile());
    DataSettings data = DataSettings.of(folder.resolve("rows.jsonl"));
    try (LoadedModel model = LoadedModel.open(folder.resolve("model"), BackendSettings.of(id))) {
      List<RowScore> rows = model.score(data, LossOn.AUTO).rows();
      assertThat(rows).hasSize(expected.size());
      for (int r = 0; r < expected.size(); r++) {
        assertThat(rows.get(r).logprobs()).hasSize(expected.get(r).size());
        for (int t = 0; t < expected.get(r).size(); t++) {
          assertThat((double) rows.get(r).logprobs()[t])
              .isCloseTo(expected.get(r).get(t).asDouble(), within(2e-5));
        }
      }
    }
  }

  static Stream<Arguments> endings() {
    return backends()
        .flatMap(
            id ->
                Stream.of("config-int/config.json", "config-list.json")
                    .map(file -> Arguments.of(id, file)));
  }

  @ParameterizedTest
  @MethodSource("endings")
  void generationEndsWhereTheConfigSays(String id, String config) throws IOException {
    Path folder = SharedData.requireCase("gen-config-eos");
    Path stories = SharedData.require("models/stories260K");
    for (String file : List.of("model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
      Files.copy(stories.resolve(file), dir.resolve(file));
    }
    Files.copy(folder.resolve(config), dir.resolve("config.json"));
    JsonNode expected = JSON.readTree(folder.resolve("expected.json").toFile());
    JsonNode wanted = expected.path(config.startsWith("config-int") ? "config-int" : "config-list");
    try (LoadedModel model = LoadedModel.open(dir, BackendSettings.of(id))) {
      assertThat(model.stopIds()).contains(401);
      Generation text =
          model
              .generate(
                  List.of(model.promptIds(PROMPT)),
                  SamplingOptions.greedy(40),
                  TokenListener.none())
              .get(0);
      // Ours leaves out the token that ended it, or keeps it: the ids before are the same.
      int[] ids = IntStream.range(0, wanted.size() - 1).map(i -> wanted.path(i).asInt()).toArray();
      assertThat(text.ids()).startsWith(ids).hasSizeLessThanOrEqualTo(wanted.size());
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aTinyTemperatureTakesTheLikeliest(String id) {
    Path stories = SharedData.require("models/stories260K");
    try (LoadedModel model = LoadedModel.open(stories, BackendSettings.of(id))) {
      SamplingOptions greedy = SamplingOptions.greedy(40);
      String likeliest = model.generate(PROMPT, greedy);
      for (double temperature : new double[] {Double.MIN_VALUE, 1e-320, 1e-308, 1e-300, 1e-30}) {
        assertThat(model.generate(PROMPT, greedy.withTemperature(temperature)))
            .as("temperature %s", temperature)
            .isEqualTo(likeliest);
      }
    }
  }
}
