package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.algorithm.cpo.CpoSettings;
import dev.fettle.algorithm.dpo.DpoLoss;
import dev.fettle.algorithm.dpo.DpoSettings;
import dev.fettle.algorithm.kto.Completion;
import dev.fettle.algorithm.kto.JudgedBatch;
import dev.fettle.algorithm.kto.KtoObjective;
import dev.fettle.algorithm.kto.KtoSettings;
import dev.fettle.algorithm.kto.Mismatched;
import dev.fettle.algorithm.orpo.OrpoSettings;
import dev.fettle.algorithm.preference.PairBatch;
import dev.fettle.algorithm.preference.PreferenceLoss;
import dev.fettle.algorithm.preference.PreferenceObjective;
import dev.fettle.algorithm.preference.ReferenceScorer;
import dev.fettle.algorithm.simpo.SimPoSettings;
import dev.fettle.data.Example;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.Packing;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.data.preference.JudgedAnswer;
import dev.fettle.data.preference.PreferencePair;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Slots;
import dev.fettle.objective.Objective;
import dev.fettle.optim.AdamWOptimizer;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.settings.Keys;
import dev.fettle.settings.SettingsReader;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import dev.fettle.train.StepResult;
import dev.fettle.train.Stepper;
import dev.fettle.train.StepperOptions;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Loss, metrics and gradients of whole objectives against TRL 1.13's own code, run in float64 on
 * the same small model and random tokens by {@code make_objectives.py}: DPO and its weighting, CPO,
 * SimPO, AlphaPO, ORPO and KTO; each in one micro-batch, in single rows, and packed.
 */
class ObjectiveGoldenTest {
  private static JsonNode golden;
  private static List<PreferencePair> pairs;
  private static final Map<String, List<JudgedAnswer>> JUDGED = new HashMap<>();

  @BeforeAll
  static void read() throws IOException {
    try (InputStream in =
        ObjectiveGoldenTest.class.getResourceAsStream("/preference/objectives.json")) {
      golden = new ObjectMapper().readTree(Objects.requireNonNull(in));
    }
    pairs = new ArrayList<>();
    for (JsonNode pair : golden.get("pairs")) {
      int[] prompt = GoldenPairs.ints(pair.get("prompt_ids"));
      pairs.add(
          new PreferencePair(
              GoldenPairs.example(prompt, GoldenPairs.ints(pair.get("chosen_ids"))),
              GoldenPairs.example(prompt, GoldenPairs.ints(pair.get("rejected_ids"))),
              0));
    }
    for (Map.Entry<String, JsonNode> rows : golden.get("judged").properties()) {
      JUDGED.put(rows.getKey(), answers(rows.getValue()));
    }
  }

  private static List<JudgedAnswer> answers(JsonNode rows) {
    List<JudgedAnswer> answers = new ArrayList<>();
    for (JsonNode row : rows) {
      answers.add(
          new JudgedAnswer(
              GoldenPairs.example(
                  GoldenPairs.ints(row.get("prompt_ids")),
                  GoldenPairs.ints(row.get("completion_ids"))),
              row.get("label").booleanValue()));
    }
    return answers;
  }

  private static <S> S settings(Keys<S> keys, JsonNode of) {
    Map<String, Object> values = new LinkedHashMap<>();
    of.properties()
        .forEach(
            e -> {
              if (!e.getKey().equals("type")) {
                values.put(e.getKey(), plain(e.getValue()));
              }
            });
    return new SettingsReader<>(keys).values(values);
  }

  private static Object plain(JsonNode node) {
    if (node.isArray()) {
      List<Object> all = new ArrayList<>();
      node.forEach(n -> all.add(plain(n)));
      return all;
    }
    return node.isNumber() ? (Object) node.doubleValue() : node.textValue();
  }

  private static PreferenceLoss loss(JsonNode algorithm) {
    return switch (algorithm.get("type").textValue()) {
      case "dpo" -> settings(DpoSettings.KEYS, algorithm).minimised();
      case "cpo" -> settings(CpoSettings.KEYS, algorithm).minimised();
      case "simpo" -> settings(SimPoSettings.KEYS, algorithm).minimised();
      case "orpo" -> settings(OrpoSettings.KEYS, algorithm).minimised();
      default -> throw new AssertionError(algorithm);
    };
  }

  /**
   * What a case is run with.
   *
   * @param own the policy as it scores answers
   * @param reference what it is held against
   */
  private record Models(
      Policy policy, ProgramCache cache, ReferenceScorer own, ReferenceScorer reference) {}

  /** How pairs or answers lie: so many rows at once. */
  private record Layout(Packing packing, int rows) {}

  private static final List<Layout> LAYOUTS =
      List.of(
          new Layout(Packing.NONE, 8),
          new Layout(Packing.NONE, 1),
          new Layout(Packing.BFD, 8),
          new Layout(Packing.BFD, 1));

  /** The native backends are asked in the two that differ most: a program of each is compiled. */
  private static List<Layout> layouts(String backend) {
    return backend.equals("reference") ? LAYOUTS : List.of(LAYOUTS.get(0), LAYOUTS.get(3));
  }

  @ParameterizedTest
  @MethodSource("dev.fettle.integration.TestBackends#ids")
  void equalsTrl(String id) {
    assertThat(golden.get("cases").size()).isGreaterThan(25);
    try (Backend backend = TestBackends.open(id);
        Policy policy = HashedModel.on(backend, "policy:");
        Policy other = HashedModel.on(backend, "reference:");
        ProgramCache cache = new ProgramCache(backend, CompileOptions.DEFAULT);
        ReferenceScorer own = ReferenceScorer.of(policy, cache);
        ReferenceScorer reference = ReferenceScorer.of(other, cache)) {
      Models models = new Models(policy, cache, own, reference);
      for (Map.Entry<String, JsonNode> e : golden.get("cases").properties()) {
        for (Layout layout : layouts(id)) {
          String name = e.getKey() + ", " + layout;
          if (e.getValue().has("judged")) {
            KtoSettings settings = settings(KtoSettings.KEYS, e.getValue().get("algorithm"));
            List<JudgedAnswer> answers =
                Objects.requireNonNull(JUDGED.get(e.getValue().get("judged").textValue()));
            List<JudgedBatch> batches = judged(settings, answers, models, layout);
            compare(name, models, new KtoObjective(settings), batches, e.getValue());
          } else {
            pairs(name, models, layout, e.getValue());
          }
        }
      }
    }
  }

  private static void pairs(String name, Models models, Layout layout, JsonNode expected) {
    JsonNode algorithm = expected.get("algorithm");
    PreferenceLoss loss = loss(algorithm);
    boolean held = algorithm.get("type").textValue().equals("dpo");
    List<PairBatch> batches =
        GoldenPairs.batches(pairs, layout.packing(), layout.rows()).stream()
            .map(b -> held ? against(models.reference(), b, loss.tail()) : b)
            .toList();
    compare(name, models, new PreferenceObjective(loss), batches, expected);
  }

  private static List<JudgedBatch> judged(
      KtoSettings settings, List<JudgedAnswer> answers, Models models, Layout layout) {
    PackingOptions packing = PackingOptions.of(layout.packing(), 64);
    List<Example> examples = answers.stream().map(JudgedAnswer::example).toList();
    Optional<Mismatched> distance =
        settings.loss() == KtoSettings.Loss.KTO
            ? Optional.of(new Mismatched(models.own(), models.reference(), packing, layout.rows()))
            : Optional.empty();
    List<JudgedBatch> batches = new ArrayList<>();
    BatchSource.portions(
            RowPlan.ofGroups(examples, List::of, packing),
            layout.rows(),
            (MicroBatch m) -> JudgedBatch.of(m, answers))
        .forEach(batches::add);
    return new Completion(models.reference(), distance, examples).of(batches);
  }

  /** Every loss that sorts nothing is the same however pairs lie. */
  @ParameterizedTest
  @MethodSource("dev.fettle.integration.TestBackends#ids")
  void theLayoutChangesNothing(String id) {
    try (Backend backend = TestBackends.open(id);
        Policy policy = HashedModel.on(backend, "policy:");
        Policy other = HashedModel.on(backend, "reference:");
        ProgramCache cache = new ProgramCache(backend, CompileOptions.DEFAULT);
        ReferenceScorer reference = ReferenceScorer.of(other, cache)) {
      for (DpoLoss loss : DpoLoss.values()) {
        if (loss.sorts()) {
          continue;
        }
        PreferenceLoss minimised =
            new SettingsReader<>(DpoSettings.KEYS)
                .values(Map.of("loss", loss, "labelSmoothing", 0.01, "ldAlpha", 0.7))
                .minimised();
        AdamWOptimizer unused = new AdamWOptimizer(0.9, 0.999, 1e-8, 0, DecayedParameters.ALL);
        try (Stepper<PairBatch> stepper =
            new Stepper<>(
                policy, new PreferenceObjective(minimised), StepperOptions.of(unused, 0), cache)) {
          double[] losses =
              LAYOUTS.stream()
                  .map(layout -> GoldenPairs.batches(pairs, layout.packing(), layout.rows()))
                  .map(all -> all.stream().map(b -> against(reference, b, 0.7)).toList())
                  .mapToDouble(batches -> stepper.evaluate(batches).loss())
                  .toArray();
          for (double each : losses) {
            assertThat(each)
                .as("%s: %s", loss, Arrays.toString(losses))
                .isCloseTo(losses[0], within(1e-6 * Math.max(1, Math.abs(losses[0]))));
          }
        }
      }
    }
  }

  private static PairBatch against(ReferenceScorer reference, PairBatch batch, double tail) {
    return batch.against(reference.logProbs(batch.rows(), batch.tokenWeights(tail)));
  }

  private static <B> void compare(
      String name, Models models, Objective<B> objective, List<B> batches, JsonNode expected) {
    AdamWOptimizer unused = new AdamWOptimizer(0.9, 0.999, 1e-8, 0, DecayedParameters.ALL);
    Policy policy = models.policy();
    try (Stepper<B> stepper =
        new Stepper<>(policy, objective, StepperOptions.of(unused, 0), models.cache())) {
      StepResult result = stepper.step(batches, 1, 0);
      close(name + ": loss", result.loss(), expected.get("loss").doubleValue());
      double norm = expected.get("grad_norm").doubleValue();
      assertThat(result.metric("grad_norm") / norm).as(name).isCloseTo(1, within(1e-5));
      expected
          .get("metrics")
          .properties()
          .forEach(
              m ->
                  close(
                      name + ": " + m.getKey(),
                      result.metric(m.getKey()),
                      m.getValue().doubleValue()));
      for (ParameterSpec p : policy.trainables()) {
        float[] gradient = policy.state().download(Slots.gradient(p.name())).toFloats();
        gradient(
            name + ": gradient of " + p.name(),
            p.name(),
            gradient,
            GoldenPairs.doubles(expected.get("gradients").get(p.name())));
      }
    }
  }

  private static void close(String what, double actual, double expected) {
    assertThat(actual).as(what).isCloseTo(expected, within(GoldenTolerances.of(expected)));
  }

  /** Its norm, and how much of it lies along two directions. */
  private static void gradient(String what, String name, float[] gradient, double[] expected) {
    double norm = 0;
    double[] along = new double[2];
    double[] lengths = new double[2];
    for (int i = 0; i < gradient.length; i++) {
      norm += (double) gradient[i] * gradient[i];
      for (int k = 0; k < 2; k++) {
        double direction = HashedModel.hashed(k + ":" + name, i, 1);
        along[k] += direction * gradient[i];
        lengths[k] += direction * direction;
      }
    }
    close(what, Math.sqrt(norm), expected[0]);
    for (int k = 0; k < 2; k++) {
      double room = GoldenTolerances.of(expected[0]) * Math.sqrt(lengths[k]);
      assertThat(along[k]).as(what).isCloseTo(expected[1 + k], within(room));
    }
  }

  /** The weights are those the values were computed with. */
  @Test
  void theModelIsTheSame() {
    double[] some = new double[4];
    for (int i = 0; i < some.length; i++) {
      some[i] = HashedModel.hashed("policy:model.embed_tokens.weight", i, 0.25);
    }
    assertThat(Arrays.stream(some).distinct().count()).isEqualTo(some.length);
    close("weight", some[1], golden.get("weight").doubleValue());
  }
}
