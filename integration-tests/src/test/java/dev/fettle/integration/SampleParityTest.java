package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.harness.Fettle;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.model.NewModel;
import dev.fettle.harness.sample.AnswerSink;
import dev.fettle.harness.sample.SampleReport;
import dev.fettle.harness.sample.SampleRequest;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.sample.Completion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Answers to many prompts: greedy ones are what generation gives, and those of a seed are the same
 * ones in batches of 1 and of 16 and on every backend, but for ties. A tie is a draw that falls
 * within rounding of the edge between two tokens, or two logits within it; the answers then part at
 * that token, and until there their log-probabilities agree.
 */
class SampleParityTest {
  private static final int PROMPTS = 24;
  private static final int SAMPLES = 4;

  /** Log-probabilities of F32 logits that two runtimes add up in different orders. */
  private static final double ROUNDING = 2e-4;

  /** Draws near an edge: fewer than one in a thousand answers of a few dozen tokens. */
  private static final int TIES = 1;

  private static final SamplingOptions SAMPLING =
      SamplingOptions.sampling(40).withTemperature(0.9).withTopP(0.95).withSeed(23);

  @TempDir private static Path dir;
  private static Path model;
  private static Path prompts;

  static List<String> backends() {
    return TestBackends.ids().toList();
  }

  @BeforeAll
  static void make() throws IOException {
    Path text =
        Files.writeString(dir.resolve("text.txt"), "one and two is three, is it? ".repeat(20));
    model = dir.resolve("model");
    Fettle.initModel(
        new NewModel(
            NewModel.Family.LLAMA,
            new NewModel.Sizes(2, 32, 4, 2, 48, 128, true),
            new NewModel.TrainedTokens(List.of(text), 280, List.of()),
            9),
        model);
    Random random = new Random(2);
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < PROMPTS; i++) {
      StringBuilder prompt = new StringBuilder("is " + i);
      random.ints(random.nextInt(50), 'a', 'z' + 1).forEach(c -> prompt.append((char) c));
      rows.add("{\"prompt\": \"" + prompt + "\", \"number\": " + i + "}");
    }
    prompts = Files.write(dir.resolve("prompts.jsonl"), rows);
  }

  private static List<Completion> sample(
      String backend, Path from, SamplingOptions options, int batchSize) {
    try (LoadedModel loaded = LoadedModel.open(from, BackendSettings.of(backend))) {
      List<Completion> all = new ArrayList<>();
      SampleRequest request = SampleRequest.of(prompts, options).withBatchSize(batchSize);
      SampleReport report = loaded.sample(request, AnswerSink.of(all::addAll));
      assertThat(report.answers()).isEqualTo(all.size());
      assertThat(report.whole()).isTrue();
      return all;
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void greedyAnswersAreWhatIsGenerated(String backend) {
    SamplingOptions greedy = SamplingOptions.greedy(24);
    List<Completion> answers = sample(backend, model, greedy, 16);
    assertThat(answers).hasSize(PROMPTS);
    try (LoadedModel loaded = LoadedModel.open(model, BackendSettings.of(backend))) {
      for (Completion answer : answers) {
        assertThat(loaded.promptIds(answer.prompt().text())).isEqualTo(answer.prompt().ids());
        assertThat(answer.text()).isEqualTo(loaded.generate(answer.prompt().text(), greedy));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void theSizeOfABatchChangesNothing(String backend) {
    SamplingOptions options = SAMPLING.withSamples(SAMPLES);
    same(sample(backend, model, options, 1), sample(backend, model, options, 16), backend);
  }

  @Test
  void backendsGiveTheSameAnswers() {
    SamplingOptions options = SAMPLING.withSamples(SAMPLES);
    List<Completion> first = sample(backends().get(0), model, options, 16);
    for (String other : backends().subList(1, backends().size())) {
      same(first, sample(other, model, options, 16), other);
    }
  }

  /** Two backends, a trained model with answers that are likely and such that are not. */
  @Test
  void backendsGiveTheSameAnswersOfATrainedModel() {
    Path stories = SharedData.require("models/stories260K");
    SamplingOptions options = SAMPLING.withSamples(SAMPLES);
    List<Completion> first = sample("onnxruntime", stories, options, 16);
    same(first, sample("tensorflow", stories, options, 16), "tensorflow");
    same(first, sample("onnxruntime", stories, options, 1), "batches of one");
  }

  /** The answers, up to ties; tokens alike have log-probabilities alike. */
  private static void same(List<Completion> a, List<Completion> b, String what) {
    assertThat(b).hasSameSizeAs(a);
    TreeSet<Integer> parted = new TreeSet<>();
    for (int i = 0; i < a.size(); i++) {
      int[] x = a.get(i).generation().ids();
      int[] y = b.get(i).generation().ids();
      int alike = 0;
      while (alike < Math.min(x.length, y.length) && x[alike] == y[alike]) {
        assertThat(b.get(i).generation().logProbs()[alike])
            .as("%s: answer %d, token %d", what, i, alike)
            .isCloseTo(a.get(i).generation().logProbs()[alike], within((float) ROUNDING));
        alike++;
      }
      if (alike < Math.max(x.length, y.length)) {
        parted.add(i);
      } else {
        assertThat(b.get(i).text()).isEqualTo(a.get(i).text());
        assertThat(b.get(i).stopped()).isEqualTo(a.get(i).stopped());
      }
    }
    System.out.println(what + ": " + parted.size() + " of " + a.size() + " answers part at a tie");
    assertThat(parted).as("%s: answers that part", what).hasSizeLessThanOrEqualTo(TIES);
  }

  /** Many draws of a first token against the model's own distribution. */
  @ParameterizedTest
  @MethodSource("backends")
  void drawsFollowTheDistribution(String backend) {
    int draws = 20_000;
    SamplingOptions one = SamplingOptions.sampling(1).withTemperature(0.8).withTopK(12).withSeed(5);
    try (LoadedModel loaded = LoadedModel.open(model, BackendSettings.of(backend))) {
      Map<Integer, Integer> counts = new HashMap<>();
      Map<Integer, Double> expected = new HashMap<>();
      int[] prompt = loaded.promptIds("one and");
      loaded
          .generate(
              List.of(prompt),
              one.withSamples(draws),
              (row, id) -> counts.merge(id, 1, Integer::sum))
          .forEach(g -> expected.put(g.ids()[0], Math.exp(g.samplingLogProbs()[0])));
      double total = expected.values().stream().mapToDouble(p -> p).sum();
      assertThat(expected).hasSize(12);
      assertThat(total).isCloseTo(1, within(1e-5));
      double chi = 0;
      for (Map.Entry<Integer, Double> e : expected.entrySet()) {
        double mean = draws * e.getValue();
        chi += Math.pow(counts.getOrDefault(e.getKey(), 0) - mean, 2) / mean;
      }
      // 11 degrees of freedom exceed 31.3 once in a thousand; the seed is fixed.
      assertThat(chi).as("chi square of %s", counts).isLessThan(31.3);
    }
  }
}
