package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.encode.LossOn;
import dev.fettle.harness.config.BackendSettings;
import dev.fettle.harness.config.DataSettings;
import dev.fettle.harness.model.LoadedModel;
import dev.fettle.harness.score.RowScore;
import dev.fettle.ir.composite.LinearCrossEntropy.Result;
import dev.fettle.ir.op.Linalg.Precision;
import dev.fettle.models.Models;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.generate.Generation;
import dev.fettle.models.generate.Generator;
import dev.fettle.models.generate.GeneratorModel;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.models.generate.TokenListener;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.Initializer;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.objective.TokenLogProbs;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.spi.support.ProgramKey;
import dev.fettle.train.Policy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Models whose rotary angles depend on how long a sequence is, by sequences of several lengths in
 * one row. The right values are transformers' (5.18, eager, F32, one sequence at a time).
 */
class SequenceLengthRopeTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CONFIG =
      """
      {"model_type": "llama", "vocab_size": 61, "hidden_size": 32, "intermediate_size": 48,
       "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
       "max_position_embeddings": %d, "rms_norm_eps": 1e-5, "tie_word_embeddings": true,
       "rope_theta": 10000.0, "rope_scaling": %s}
      """;
  private static final String LONGROPE =
      CONFIG.formatted(
          128,
          """
          {"rope_type": "longrope", "short_factor": [1.0, 1.05, 1.1, 1.2],
           "long_factor": [1.0, 2.0, 6.0, 20.0], "original_max_position_embeddings": 32,
           "factor": 4.0}
          """);
  private static final String DYNAMIC =
      CONFIG.formatted(32, "{\"rope_type\": \"dynamic\", \"factor\": 4.0}");

  private static final int[] LENGTHS = {20, 32, 33, 50, 7, 100};
  private static final double[] OF_LONGROPE = {
    -80.31184707721823,
    -139.5664182618847,
    -149.3152461621604,
    -230.48436528716687,
    -30.481111801907982,
    -455.66957011777293
  };
  private static final double[] OF_DYNAMIC = {
    -80.6043148212427,
    -139.19800305305915,
    -154.39691976504133,
    -229.38331876705368,
    -30.48598342342526,
    -448.2967590513252
  };
  private static final double TOLERANCE = 2e-4;

  static Stream<String> backends() {
    return TestBackends.ids();
  }

  private static HostTensor weight(ParameterSpec p) {
    HostTensor t = HostTensor.allocate(p.type());
    int name = p.name().chars().sum() % 97;
    boolean scale = p.fill().equals(Initializer.ONES);
    for (int i = 0; i < t.elements(); i++) {
      t.set(i, scale ? 1 : 0.25 * Math.sin(i * 0.7 + name * 1.3 + i % 13));
    }
    return t;
  }

  private static int[] ids(int length, int number) {
    return IntStream.range(0, length).map(i -> (7 * i * i + 3 * i + 11 * number) % 61).toArray();
  }

  private static Policy load(Backend backend, String json) throws IOException {
    HfConfig config = HfConfig.of(Path.of("rope"), (ObjectNode) JSON.readTree(json));
    return Policy.load(
        backend, Models.of(config.model()), ForwardOptions.DEFAULT, SequenceLengthRopeTest::weight);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void longRopeChoosesItsFactorsBySequence(String id) throws IOException {
    assertThat(sums(id, LONGROPE)).containsExactly(OF_LONGROPE, within(TOLERANCE));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void dynamicScalingGrowsItsBaseBySequence(String id) throws IOException {
    assertThat(sums(id, DYNAMIC)).containsExactly(OF_DYNAMIC, within(TOLERANCE));
  }

  /** The log-probability of each sequence, all packed into rows of 128 tokens. */
  private static double[] sums(String id, String json) throws IOException {
    List<GoldenRows.TokenRow> rows = new ArrayList<>();
    for (int k = 0; k < LENGTHS.length; k++) {
      int[] mask = new int[LENGTHS[k]];
      Arrays.fill(mask, 1);
      rows.add(new GoldenRows.TokenRow(ids(LENGTHS[k], k), mask));
    }
    // 20 + 32 + 33 + 7 share the first row, 100 begins the third.
    MicroBatch batch = GoldenRows.packed(rows, 128);
    float[] nll = nll(id, json, batch);
    double[] bySequence = new double[LENGTHS.length];
    for (int at = 1, n = 0; at < batch.ids().length; at++) {
      if (batch.targetMask()[at] != 0) {
        int row = at / batch.length();
        bySequence[placed(row, batch.segments()[at])] -= nll[n++];
      }
    }
    return bySequence;
  }

  /** Which sequence first fit puts into a segment of a row. */
  private static int placed(int row, int segment) {
    int[][] bins = {{0, 1, 2, 4}, {3}, {5}};
    return bins[row][segment - 1];
  }

  private static float[] nll(String id, String json, MicroBatch batch) throws IOException {
    TokenLogProbs logProbs = new TokenLogProbs();
    ProgramKey key = TokenLogProbs.key(batch);
    try (Backend backend = TestBackends.open(id);
        Policy policy = load(backend, json)) {
      ProgramBuilder b = new ProgramBuilder("score");
      b.output("nll", Result.NLL.of(logProbs.build(policy.frozenContext(b), key).results()));
      try (Executable program = backend.compile(b.build());
          DeviceTensor nll =
              Objects.requireNonNull(
                  program
                      .run(policy.state(), policy.inputs(logProbs.inputs(batch, key, 1)))
                      .get("nll"))) {
        return nll.toHost().toFloats();
      }
    }
  }

  private static List<Generation> greedy(String id, String json) throws IOException {
    try (Backend backend = TestBackends.open(id);
        Policy policy = load(backend, json);
        ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT);
        Generator generator =
            new Generator(
                new GeneratorModel(policy.spec(), Precision.FULL), policy.state(), programs)) {
      return generator.generate(
          List.of(ids(20, 0), ids(28, 3)),
          SamplingOptions.greedy(20, Set.of()),
          TokenListener.none());
    }
  }

  /** As in transformers, keys that were read with the short factors stay as they are. */
  @ParameterizedTest
  @MethodSource("backends")
  void generationGoesBeyondTheOriginalLength(String id) throws IOException {
    List<Generation> made = greedy(id, LONGROPE);
    assertThat(made.get(0).ids()).containsOnly(24);
    assertThat(made.get(1).ids())
        .containsExactly(32, 32, 32, 32, 1, 46, 9, 9, 9, 9, 54, 13, 13, 13, 13, 13, 13, 13, 13, 13);
    // The fifth token is the last to be chosen by short factors alone.
    float[] expected = {
      -3.23279f, -3.18129f, -3.16804f, -3.15465f, -3.02118f, -3.5443f, -3.36798f, -3.13797f,
      -3.18954f, -3.2406f, -2.68394f, -3.30636f, -3.29267f, -3.03586f, -3.12688f, -3.26982f,
      -3.4156f, -3.26104f, -3.2637f, -3.00453f
    };
    assertThat(made.get(1).logProbs()).containsExactly(expected, within(2e-5f));
  }

  /** The rows of a case of the past: shorter than the original length of a longer model. */
  @ParameterizedTest
  @MethodSource("backends")
  void shortRowsScoreByShortFactors(String id) throws IOException {
    Path folder = SharedData.requireCase("longrope-short");
    JsonNode expected = JSON.readTree(folder.resolve("expected.json").toFile());
    DataSettings data = DataSettings.of(folder.resolve("rows.jsonl"));
    try (LoadedModel model = LoadedModel.open(folder.resolve("model"), BackendSettings.of(id))) {
      List<RowScore> rows = model.score(data, LossOn.AUTO).rows();
      for (int r = 0; r < expected.size(); r++) {
        assertThat(rows.get(r).logprobs()).hasSize(expected.get(r).size());
        for (int t = 0; t < expected.get(r).size(); t++) {
          assertThat((double) rows.get(r).logprobs()[t])
              .isCloseTo(expected.get(r).get(t).asDouble(), within(2e-5));
        }
      }
    }
  }
}
