package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.algorithm.dpo.DpoSettings;
import dev.fettle.algorithm.preference.PairBatch;
import dev.fettle.algorithm.preference.PreferenceObjective;
import dev.fettle.algorithm.preference.ReferenceScorer;
import dev.fettle.algorithm.reward.RewardObjective;
import dev.fettle.algorithm.reward.RewardSettings;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.Packing;
import dev.fettle.data.preference.PreferencePair;
import dev.fettle.ir.DType;
import dev.fettle.models.LanguageModel;
import dev.fettle.models.ModelParts;
import dev.fettle.models.Models;
import dev.fettle.models.PolicySpec;
import dev.fettle.models.StoredParameters;
import dev.fettle.models.config.HfConfig;
import dev.fettle.models.head.Pooling;
import dev.fettle.models.head.RewardHead;
import dev.fettle.models.head.ScalarHead;
import dev.fettle.models.nn.ForwardOptions;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Slots;
import dev.fettle.models.weights.WeightSource;
import dev.fettle.objective.Objective;
import dev.fettle.objective.PooledScores;
import dev.fettle.optim.AdamWOptimizer;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.settings.SettingsReader;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.spi.support.ProgramKey;
import dev.fettle.train.Policy;
import dev.fettle.train.StepResult;
import dev.fettle.train.Stepper;
import dev.fettle.train.StepperOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Pairs of hh-rlhf under a fine-tuned TinyStories-656K and the model it began with, against values
 * computed in float64 by torch: log-probabilities of every token, losses of every pair, gradients
 * of every parameter, and rewards of both poolings.
 */
class PreferenceGoldenTest {
  private static JsonNode golden;
  private static List<PreferencePair> pairs;

  @BeforeAll
  static void read() throws IOException {
    golden =
        new ObjectMapper().readTree(SharedData.require("golden/preference/dpo_rm.json").toFile());
    pairs = new ArrayList<>();
    for (JsonNode pair : golden.get("pairs")) {
      pairs.add(
          new PreferencePair(
              GoldenPairs.example(
                  GoldenPairs.ints(pair.get("chosen_ids").get("prompt")),
                  GoldenPairs.ints(pair.get("chosen_ids").get("response"))),
              GoldenPairs.example(
                  GoldenPairs.ints(pair.get("rejected_ids").get("prompt")),
                  GoldenPairs.ints(pair.get("rejected_ids").get("response"))),
              0));
    }
  }

  private static Path model() {
    return SharedData.require("models/TinyStories-656K");
  }

  private static Path policyWeights() {
    return SharedData.require("golden/TinyStories-656K/adamw_params_after.safetensors");
  }

  private static Policy policy(Backend backend, PolicySpec spec, LanguageModel body) {
    try (WeightSource weights = WeightSource.open(policyWeights())) {
      StoredParameters stored = new StoredParameters(weights, ModelParts.of(body));
      return Policy.load(
          backend,
          spec,
          ForwardOptions.DEFAULT,
          p -> p.name().startsWith(ScalarHead.REWARD.name()) ? head(p) : stored.read(p));
    }
  }

  private static HostTensor head(ParameterSpec p) {
    HostTensor weight = HostTensor.allocate(p.type());
    double[] values = GoldenPairs.doubles(golden.get("rm_head").get("weight"));
    for (int i = 0; i < values.length; i++) {
      weight.set(i, values[i]);
    }
    return weight;
  }

  private static <B> Stepper<B> stepper(Policy policy, Objective<B> objective, ProgramCache cache) {
    AdamWOptimizer unused = new AdamWOptimizer(0.9, 0.999, 1e-8, 0, DecayedParameters.ALL);
    return new Stepper<>(policy, objective, StepperOptions.of(unused, 0), cache);
  }

  /** One loss a pair: all pairs, each evaluated by itself. */
  private static <B> double[] losses(Stepper<B> stepper, List<B> each) {
    return each.stream().mapToDouble(b -> stepper.evaluate(List.of(b)).loss()).toArray();
  }

  private static void close(String what, double[] actual, double[] expected) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i])
          .as("%s %d", what, i)
          .isCloseTo(expected[i], within(GoldenTolerances.of(expected[i])));
    }
  }

  /**
   * A loss, and how steeply it follows the log-probabilities of whole answers.
   *
   * @param slope the most it changes with one of them, by its value and the answers' least length
   */
  private record Case(String name, Map<String, Object> settings, DoubleBinaryOperator slope) {

    /**
     * How far the loss of a pair may lie from its own: by what may stand in the four sums it is
     * made of, each of them some hundred in size, and by its own rounding.
     */
    double room(int pair, double expected) {
      double sums = 0;
      for (JsonNode of : golden.get("sum_logps")) {
        sums += GoldenTolerances.RELATIVE * Math.abs(of.get(pair).doubleValue());
      }
      int least =
          Math.min(pairs.get(pair).chosen().targets(), pairs.get(pair).rejected().targets());
      return GoldenTolerances.of(expected) + sums * slope.applyAsDouble(expected, least);
    }
  }

  private static final double BETA = 0.1;

  private static final List<Case> CASES =
      List.of(
          new Case("sigmoid", Map.of(), (loss, length) -> BETA),
          new Case(
              "sigmoid_label_smoothing_0_1",
              Map.of("loss", "cdpo", "labelSmoothing", 0.1),
              (loss, length) -> BETA),
          new Case("hinge", Map.of("loss", "hinge"), (loss, length) -> BETA),
          new Case("ipo", Map.of("loss", "ipo"), (loss, length) -> 2 * Math.sqrt(loss) / length),
          new Case(
              "ipo_sum_logps", Map.of("loss", "ipo_sum"), (loss, length) -> 2 * Math.sqrt(loss)));

  private static DpoSettings dpo(Map<String, Object> keys) {
    return new SettingsReader<>(DpoSettings.KEYS).values(keys);
  }

  @ParameterizedTest
  @MethodSource("dev.fettle.integration.TestBackends#ids")
  void logProbabilitiesLossesAndGradients(String id) {
    LanguageModel body = Models.of(HfConfig.read(model()).model());
    try (Backend backend = TestBackends.open(id);
        Policy policy = policy(backend, PolicySpec.of(body), body);
        Policy start = GoldenModel.load(backend, model(), ForwardOptions.DEFAULT);
        ProgramCache cache = new ProgramCache(backend, CompileOptions.DEFAULT);
        ReferenceScorer reference = ReferenceScorer.of(start, cache)) {
      logProbs(policy, "policy");
      logProbs(start, "ref");
      List<PairBatch> together = against(reference, GoldenPairs.batches(pairs, Packing.NONE, 4));
      assertThat(together).hasSize(1);
      sums(together.get(0), "ref");
      List<PairBatch> each = against(reference, GoldenPairs.batches(pairs, Packing.NONE, 1));
      for (Case c : CASES) {
        try (Stepper<PairBatch> stepper =
            stepper(policy, new PreferenceObjective(dpo(c.settings()).minimised()), cache)) {
          double[] expected = GoldenPairs.doubles(golden.get("dpo_losses").get(c.name()));
          double[] actual = losses(stepper, each);
          for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i])
                .as("%s of pair %d", c.name(), i)
                .isCloseTo(expected[i], within(c.room(i, expected[i])));
          }
        }
      }
      gradients(policy, cache, together);
    }
  }

  private static List<PairBatch> against(ReferenceScorer reference, List<PairBatch> batches) {
    return batches.stream()
        .map(b -> b.against(reference.logProbs(b.rows(), ones(b.rows()))))
        .toList();
  }

  private static float[] ones(MicroBatch rows) {
    float[] ones = new float[rows.targetMask().length];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static void logProbs(Policy model, String whose) {
    double[] actual =
        GoldenPairs.logProbs(
            model, GoldenPairs.batches(pairs, Packing.NONE, pairs.size()).get(0).rows());
    int n = 0;
    for (JsonNode pair : golden.get("pairs")) {
      for (String side : List.of("chosen", "rejected")) {
        double[] expected = GoldenPairs.doubles(pair.get(side + "_" + whose + "_logps"));
        close(whose + " on " + side, Arrays.copyOfRange(actual, n, n + expected.length), expected);
        n += expected.length;
      }
    }
    assertThat(n).isEqualTo(actual.length);
  }

  private static void sums(PairBatch batch, String whose) {
    for (int side = 0; side < 2; side++) {
      double[] expected =
          GoldenPairs.doubles(
              golden.get("sum_logps").get(whose + (side == 0 ? "_chosen" : "_rejected")));
      double[] actual = new double[expected.length];
      for (int i = 0; i < actual.length; i++) {
        actual[i] = batch.reference()[2 * i + side];
      }
      close("sums of side " + side, actual, expected);
    }
  }

  private static void gradients(Policy policy, ProgramCache cache, List<PairBatch> batches) {
    try (Stepper<PairBatch> stepper =
            stepper(policy, new PreferenceObjective(dpo(Map.of()).minimised()), cache);
        WeightSource expected =
            WeightSource.open(SharedData.require("golden/preference/dpo_grads.safetensors"))) {
      StepResult result = stepper.step(batches, 1, 0);
      double norm = golden.get("dpo_grad_global_norm").doubleValue();
      assertThat(result.metric("grad_norm") / norm).isCloseTo(1, within(1e-5));
      double[] rewards = GoldenPairs.doubles(golden.get("implicit_rewards").get("chosen"));
      assertThat(result.metric("rewards/chosen"))
          .isCloseTo(Arrays.stream(rewards).average().orElseThrow(), within(1e-5));
      assertThat(policy.trainables()).hasSize(expected.names().size());
      for (ParameterSpec p : policy.trainables()) {
        closeGradient(
            p.name(),
            policy.state().download(Slots.gradient(p.name())).toFloats(),
            expected.readAs(p.name(), DType.F32).toFloats());
      }
    }
  }

  /** Each element, measured by the largest of its tensor: rounding adds up over all tokens. */
  private static void closeGradient(String name, float[] actual, float[] expected) {
    assertThat(actual).as(name).hasSameSizeAs(expected);
    double largest = 0;
    double distance = 0;
    for (int i = 0; i < actual.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      distance = Math.max(distance, Math.abs((double) actual[i] - expected[i]));
    }
    assertThat(distance)
        .as("gradient of %s, of which the largest is %s", name, largest)
        .isLessThan(GoldenTolerances.of(largest));
  }

  /** Bradley-Terry: the golden head has a bias, which moves all rewards and no loss. */
  @ParameterizedTest
  @MethodSource("dev.fettle.integration.TestBackends#ids")
  void rewards(String id) {
    LanguageModel body = Models.of(HfConfig.read(model()).model());
    double bias = golden.get("rm_head").get("bias").doubleValue();
    for (Pooling pooling : Pooling.values()) {
      String name = pooling == Pooling.MEAN ? "mean_all_tokens" : "last_token";
      JsonNode expected = golden.get("rm").get(name);
      PolicySpec spec = PolicySpec.of(body, List.of(new RewardHead(pooling)));
      RewardSettings settings = new RewardSettings(pooling, 0);
      try (Backend backend = TestBackends.open(id);
          Policy policy = policy(backend, spec, body);
          ProgramCache cache = new ProgramCache(backend, CompileOptions.DEFAULT);
          Stepper<PairBatch> stepper = stepper(policy, new RewardObjective(settings), cache)) {
        PairBatch together = GoldenPairs.batches(pairs, Packing.NONE, 4).get(0);
        double[] scores = scores(policy, pooling, together.rows());
        for (int i = 0; i < pairs.size(); i++) {
          double[] own = {scores[2 * i] + bias, scores[2 * i + 1] + bias};
          close(
              name + " of pair " + i,
              own,
              new double[] {
                expected.get("score_chosen").get(i).doubleValue(),
                expected.get("score_rejected").get(i).doubleValue()
              });
        }
        close(
            name + " loss",
            losses(stepper, GoldenPairs.batches(pairs, Packing.NONE, 1)),
            GoldenPairs.doubles(expected.get("loss")));
        StepResult result = stepper.step(List.of(together), 1, 0);
        assertThat(result.metric("accuracy")).isEqualTo(expected.get("accuracy").doubleValue());
        assertThat(result.loss())
            .isCloseTo(expected.get("mean_loss").doubleValue(), within(GoldenTolerances.ABSOLUTE));
        float[] gradient = policy.state().download(Slots.gradient("score.weight")).toFloats();
        double[] wanted = GoldenPairs.doubles(expected.get("grad_weight_mean_loss"));
        for (int i = 0; i < wanted.length; i++) {
          assertThat((double) gradient[i])
              .as("gradient %d of the head", i)
              .isCloseTo(wanted[i], within(GoldenTolerances.of(wanted[i])));
        }
      }
    }
  }

  private static double[] scores(Policy policy, Pooling pooling, MicroBatch rows) {
    PooledScores pooled = new PooledScores(ScalarHead.REWARD, pooling);
    ProgramKey key = pooled.key(rows);
    ProgramBuilder b = new ProgramBuilder("scores");
    b.output("scores", pooled.build(policy.frozenContext(b), key));
    float[] all = GoldenPairs.run(policy, b, "scores", pooled.inputs(rows, key)).toFloats();
    double[] own = new double[rows.answers().size()];
    for (int i = 0; i < own.length; i++) {
      own[i] = all[i];
    }
    return own;
  }
}
