package dev.fettle.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fettle.algorithm.rl.Aggregation;
import dev.fettle.algorithm.rl.PolicyGradientObjective;
import dev.fettle.algorithm.rl.PolicyLoss;
import dev.fettle.algorithm.rl.PolicyLoss.KlTerm;
import dev.fettle.algorithm.rl.PolicyLoss.Level;
import dev.fettle.algorithm.rl.PolicyLoss.Ratio;
import dev.fettle.algorithm.rl.PolicyLoss.Surrogate;
import dev.fettle.algorithm.rl.PolicyLoss.ValueLoss;
import dev.fettle.algorithm.rl.Trajectory;
import dev.fettle.algorithm.rl.TrajectoryBatch;
import dev.fettle.algorithm.rl.estimate.KlEstimator;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.Packing;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Slots;
import dev.fettle.optim.AdamWOptimizer;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.spi.Backend;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import dev.fettle.train.StepResult;
import dev.fettle.train.Stepper;
import dev.fettle.train.StepperOptions;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Loss, metrics and gradients of policy gradients against float64 values written by {@code
 * make_losses.py}: GRPO in each aggregation and RLOO by TRL 1.13's own code, A2C, PPO and REINFORCE
 * by their equations in torch. Answers lie in one micro-batch, in single rows, and packed. Once in
 * F64, where next to nothing is rounded, and once on each backend as it trains.
 */
class PolicyGradientGoldenTest {
  private static JsonNode golden;

  @BeforeAll
  static void read() throws IOException {
    try (InputStream in = PolicyGradientGoldenTest.class.getResourceAsStream("/rl/losses.json")) {
      golden = new ObjectMapper().readTree(Objects.requireNonNull(in));
    }
  }

  /** How answers lie: so many rows at once. */
  private record Layout(Packing packing, int rows) {
    /** Packed, six answers are two rows. */
    private static final int LONGEST = 32;

    static final Layout APART = new Layout(Packing.NONE, 8);
    static final Layout ONE_BY_ONE = new Layout(Packing.NONE, 1);
    static final Layout PACKED = new Layout(Packing.BFD, 8);
    static final Layout PACKED_ONE_BY_ONE = new Layout(Packing.BFD, 1);
    static final List<Layout> ALL = List.of(APART, ONE_BY_ONE, PACKED, PACKED_ONE_BY_ONE);

    /** Those that differ most, where compiling takes the time. */
    static final List<Layout> SOME = List.of(APART, PACKED_ONE_BY_ONE);
  }

  /**
   * How near a run must come.
   *
   * @param share of a value, beside
   * @param rest which stands at any size
   */
  private record Room(double share, double rest) {
    static final Room OF_F64 = new Room(GoldenTolerances.F64, GoldenTolerances.F64);
    static final Room OF_F32 = new Room(GoldenTolerances.RELATIVE, GoldenTolerances.ABSOLUTE);

    double of(double expected) {
      return rest + share * Math.abs(expected);
    }
  }

  private static <E extends Enum<E>> E named(Class<E> type, JsonNode name) {
    return Enum.valueOf(type, name.textValue().toUpperCase(Locale.ROOT));
  }

  private static PolicyLoss loss(JsonNode settings) {
    JsonNode surrogate = settings.get("surrogate");
    Optional<KlTerm> kl =
        settings.has("kl")
            ? Optional.of(
                new KlTerm(
                    named(KlEstimator.class, settings.get("kl").get("estimator")),
                    settings.get("kl").get("corrected").booleanValue()))
            : Optional.empty();
    return new PolicyLoss(
        new Surrogate(
            named(Ratio.class, surrogate.get("ratio")),
            surrogate.get("low").doubleValue(),
            surrogate.get("high").doubleValue(),
            surrogate.has("most")
                ? OptionalDouble.of(surrogate.get("most").doubleValue())
                : OptionalDouble.empty()),
        named(Aggregation.class, settings.get("aggregation")),
        golden.get("longest").intValue(),
        settings.path("entropy").asDouble(0),
        kl,
        settings.has("value") ? Optional.of(value(settings.get("value"))) : Optional.empty(),
        settings.path("temperature").asDouble(1));
  }

  private static ValueLoss value(JsonNode of) {
    return new ValueLoss(
        of.get("coefficient").doubleValue(),
        of.has("clip") ? OptionalDouble.of(of.get("clip").doubleValue()) : OptionalDouble.empty(),
        named(Level.class, of.get("level")));
  }

  private static List<Trajectory> answers(JsonNode of) {
    boolean ofPrompts = of.get("settings").path("value").path("level").asText().equals("prompt");
    List<Integer> leftOut = new ArrayList<>();
    of.get("left_out").forEach(i -> leftOut.add(i.intValue()));
    List<Trajectory> all = new ArrayList<>();
    for (JsonNode a : golden.get("answers")) {
      float[] sampled = floats(a.get("sampled"));
      float[] alike = new float[sampled.length];
      Arrays.fill(alike, a.get("advantage").floatValue());
      all.add(
          new Trajectory(
              GoldenPairs.example(
                  GoldenPairs.ints(a.get("prompt_ids")), GoldenPairs.ints(a.get("completion_ids"))),
              sampled,
              floats(a.get("reference")),
              ofPrompts ? new float[1] : floats(a.get("values")),
              of.get("by_token").booleanValue() ? floats(a.get("advantages")) : alike,
              ofPrompts
                  ? new float[] {a.get("prompt_return").floatValue()}
                  : floats(a.get("returns")),
              !leftOut.contains(all.size())));
    }
    return all;
  }

  private static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).floatValue();
    }
    return values;
  }

  private static List<TrajectoryBatch> batches(JsonNode of, Layout layout) {
    List<Trajectory> answers = answers(of);
    double kl = of.get("settings").path("kl").path("coefficient").asDouble(0);
    RowPlan plan =
        RowPlan.of(
            answers.stream().map(Trajectory::example).toList(),
            PackingOptions.of(layout.packing(), Layout.LONGEST));
    List<TrajectoryBatch> batches = new ArrayList<>();
    for (TrajectoryBatch batch :
        BatchSource.portions(
            plan, layout.rows(), (MicroBatch m) -> TrajectoryBatch.of(m, answers))) {
      batches.add(new TrajectoryBatch(batch.rows(), batch.answers(), kl));
    }
    return batches;
  }

  @Test
  void inDouble() {
    try (Backend backend = new InDouble(TestBackends.open("reference"))) {
      compare(backend, Room.OF_F64, Layout.ALL);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.fettle.integration.TestBackends#ids")
  void onEveryBackend(String id) {
    try (Backend backend = TestBackends.open(id)) {
      compare(backend, Room.OF_F32, id.equals("reference") ? Layout.ALL : Layout.SOME);
    }
  }

  private static void compare(Backend backend, Room room, List<Layout> layouts) {
    assertThat(golden.get("cases").size()).isGreaterThan(35);
    AdamWOptimizer unused = new AdamWOptimizer(0.9, 0.999, 1e-8, 0, DecayedParameters.ALL);
    try (Policy policy = HashedModel.withCritic(backend, "policy:");
        ProgramCache cache = new ProgramCache(backend, CompileOptions.DEFAULT)) {
      for (Map.Entry<String, JsonNode> e : golden.get("cases").properties()) {
        JsonNode expected = e.getValue();
        PolicyGradientObjective objective =
            new PolicyGradientObjective(loss(expected.get("settings")));
        try (Stepper<TrajectoryBatch> stepper =
            new Stepper<>(policy, objective, StepperOptions.of(unused, 0), cache)) {
          for (Layout layout : layouts) {
            String name = e.getKey() + ", " + layout;
            StepResult result = stepper.step(batches(expected, layout), 1, 0);
            close(name, result, expected, room);
            for (ParameterSpec p : policy.trainables()) {
              gradient(name, p.name(), policy, expected.get("gradients"), room);
            }
          }
        }
      }
    }
  }

  private static void close(String name, StepResult result, JsonNode expected, Room room) {
    close(name + ": loss", result.loss(), expected.get("loss").doubleValue(), room);
    double norm = expected.get("grad_norm").doubleValue();
    close(name + ": grad_norm", result.metric("grad_norm"), norm, room);
    for (Map.Entry<String, JsonNode> m : expected.get("metrics").properties()) {
      double wanted = m.getValue().doubleValue();
      close(name + ": " + m.getKey(), result.metric(m.getKey()), wanted, room);
    }
  }

  private static void close(String what, double actual, double expected, Room room) {
    assertThat(actual).as(what).isCloseTo(expected, within(room.of(expected)));
  }

  /** Its norm, and how much of it lies along two directions. */
  private static void gradient(
      String what, String name, Policy policy, JsonNode gradients, Room room) {
    HostTensor gradient = policy.state().download(Slots.gradient(name));
    double[] expected = GoldenPairs.doubles(gradients.get(name));
    double norm = 0;
    double[] along = new double[2];
    double[] lengths = new double[2];
    for (int i = 0; i < gradient.elements(); i++) {
      norm += gradient.get(i) * gradient.get(i);
      for (int k = 0; k < 2; k++) {
        double direction = HashedModel.hashed(k + ":" + name, i, 1);
        along[k] += direction * gradient.get(i);
        lengths[k] += direction * direction;
      }
    }
    String of = what + ": gradient of " + name;
    close(of, Math.sqrt(norm), expected[0], room);
    for (int k = 0; k < 2; k++) {
      assertThat(along[k])
          .as(of)
          .isCloseTo(expected[1 + k], within(room.of(expected[0]) * Math.sqrt(lengths[k])));
    }
  }

  /** The weights are those the values were computed with. */
  @Test
  void theModelIsTheSame() {
    double weight = HashedModel.hashed("policy:v_head.weight", 1, 0.25);
    assertThat((double) (float) weight).isEqualTo(golden.get("weight").doubleValue());
  }
}
