package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.Generator;
import dev.fettle.models.generate.GeneratorModel;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.generate.TokenListener;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.tokenizer.Tokenizer;
import dev.fettle.train.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Greedy continuations, by key-value cache, against llama2.c, minGPT and torch. */
class GreedyGenerationTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LLAMA2_C_TOKENS = 200;

  static Stream<String> backends() {
    return TestBackends.ids();
  }

  static Stream<Arguments> stories() {
    return TestBackends.ids()
        .flatMap(b -> Stream.of("stories260K", "TinyStories-656K").map(m -> Arguments.of(b, m)));
  }

  private static List<Generation> greedy(
      String backendId, Path model, List<int[]> prompts, int tokens) {
    try (Backend backend = TestBackends.open(backendId);
        Policy policy = GoldenModel.load(backend, model, ForwardOptions.DEFAULT);
        ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT);
        Generator generator =
            new Generator(
                new GeneratorModel(policy.spec(), Precision.FULL), policy.state(), programs)) {
      return generator.generate(
          prompts, SamplingOptions.greedy(tokens, Set.of()), TokenListener.none());
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void tellsTheStoryLlama2cTells(String backendId) throws IOException {
    Path model = SharedData.require("models/stories260K");
    String expected =
        Files.readString(
            SharedData.require("golden/stories260K/llama2c_expected_stdout_greedy.txt"));
    int[] ids = greedy(backendId, model, List.of(new int[] {1}), LLAMA2_C_TOKENS).get(0).ids();
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      assertThat(tokenizer.decode(ids, true).strip()).startsWith(expected.strip());
    }
  }

  @ParameterizedTest(name = "{1} on {0}")
  @MethodSource("stories")
  void continuesAsTorchDoes(String backendId, String name) throws IOException {
    JsonNode golden =
        JSON.readTree(SharedData.require("golden/" + name + "/train.json").toFile()).get("greedy");
    List<int[]> prompts = new ArrayList<>();
    golden.forEach(g -> prompts.add(ints(g.get("prompt_ids"))));
    // Together in one batch: the prompts differ in length, so this covers left padding as well.
    List<Generation> actual = greedy(backendId, SharedData.require("models/" + name), prompts, 48);
    for (int i = 0; i < golden.size(); i++) {
      assertThat(actual.get(i).ids()).containsExactly(ints(golden.get(i).get("new_ids")));
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void sortsAllSevenHundredAndTwentyNineWords(String backendId) throws IOException {
    List<int[]> prompts = new ArrayList<>();
    List<int[]> targets = new ArrayList<>();
    for (String line :
        Files.readAllLines(SharedData.require("golden/gpt-nano-sort/greedy_all729.jsonl"))) {
      JsonNode row = JSON.readTree(line);
      prompts.add(letters(row.get("prompt").asText()));
      targets.add(letters(row.get("target").asText()));
    }
    List<Generation> sorted =
        greedy(backendId, SharedData.require("models/gpt-nano-sort"), prompts, 6);
    int correct = 0;
    for (int i = 0; i < targets.size(); i++) {
      assertThat(sorted.get(i).ids().length).isLessThanOrEqualTo(6);
      correct += Arrays.equals(sorted.get(i).ids(), targets.get(i)) ? 1 : 0;
    }
    assertThat(correct).isEqualTo(targets.size()).isEqualTo(729);
  }

  private static int[] letters(String text) {
    return text.chars().filter(Character::isLetter).map(c -> c - 'A').toArray();
  }

  private static int[] ints(JsonNode array) {
    int[] out = new int[array.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = array.get(i).asInt();
    }
    return out;
  }
}
