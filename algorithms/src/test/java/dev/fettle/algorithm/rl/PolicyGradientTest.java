package dev.fettle.algorithm.rl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fettle.algorithm.RunSite;
import dev.fettle.algorithm.a2c.A2cSettings;
import dev.fettle.algorithm.grpo.GrpoSettings;
import dev.fettle.algorithm.ppo.PpoSettings;
import dev.fettle.algorithm.reinforce.ReinforceSettings;
import dev.fettle.algorithm.rl.PolicyLoss.Level;
import dev.fettle.algorithm.rloo.RlooSettings;
import dev.fettle.backend.reference.ReferenceProvider;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.Packing;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.RowPlan;
import dev.fettle.metrics.ProgressBars.Bar;
import dev.fettle.metrics.ProgressBars.Work;
import dev.fettle.models.nn.ParameterSpec;
import dev.fettle.models.nn.Slots;
import dev.fettle.optim.DecayedParameters;
import dev.fettle.optim.SgdOptimizer;
import dev.fettle.reward.RewardFunction;
import dev.fettle.reward.WeightedRewards;
import dev.fettle.rollout.PolicySamplers;
import dev.fettle.rollout.RoundPrompts;
import dev.fettle.sample.PromptSampler;
import dev.fettle.sample.StopTokens;
import dev.fettle.settings.Keys;
import dev.fettle.settings.SettingsReader;
import dev.fettle.spi.Backend;
import dev.fettle.spi.BackendOptions;
import dev.fettle.spi.CompileOptions;
import dev.fettle.spi.Device;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.train.Policy;
import dev.fettle.train.Stepper;
import dev.fettle.train.StepperOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gradients of many rollouts of one policy, each sampled, rewarded, read and estimated as in a
 * run, against the exact gradient of the expected return: differences of the sum over all answers.
 * Compared along the exact gradient and along random directions; seeds are fixed.
 */
class PolicyGradientTest {
  private static final int ROLLOUTS = 400;
  private static final int SAMPLES = 4;
  private static final int DIRECTIONS = 6;
  private static final double STEP = 1e-3;

  /** A mean of so many rollouts lies farther off than this once in 15,000 times. */
  private static final double STANDARD_ERRORS = 4;

  private static final PackingOptions ROWS =
      new PackingOptions(Packing.NONE, 8, 4, PackingOptions.WHOLE);

  @TempDir private Path dir;

  /**
   * A way of estimating.
   *
   * @param share of the exact gradient that is estimated, by how the loss counts answers and tokens
   * @param beta what a nat of divergence takes from the reward
   */
  private record Case(String name, Enumerated task, RlRecipe recipe, double share, double beta) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static <S> S settings(Keys<S> keys, Map<String, Object> values) {
    Map<String, Object> all = new LinkedHashMap<>(values);
    all.putIfAbsent("reward", "length");
    all.putIfAbsent("maxNewTokens", Enumerated.LENGTH);
    all.putIfAbsent("samplesPerPrompt", SAMPLES);
    all.putIfAbsent("kl", Map.of("coefficient", 0, "measured", false));
    return new SettingsReader<>(keys).values(all);
  }

  private static RlRecipe reinforce(String baseline, double beta) {
    return settings(
            ReinforceSettings.KEYS,
            Map.of("baseline", baseline, "kl", Map.of("coefficient", beta, "measured", beta > 0)))
        .recipe();
  }

  static Stream<Case> cases() {
    Enumerated ending = new Enumerated(true);
    Enumerated whole = new Enumerated(false);
    Map<String, Object> mute = Map.of("coefficient", 0);
    Map<String, Object> a2c = Map.of("lambda", 1, "critic", mute);
    Map<String, Object> ppo = Map.of("lambda", 1, "whitenAdvantages", false, "critic", mute);
    Map<String, Object> grpo = Map.of("scaleRewards", "none", "lossType", "dr_grpo");
    double byTokens = 1.0 / Enumerated.LENGTH;
    return Stream.of(
        new Case("reinforce", ending, reinforce("none", 0), 1, 0),
        new Case("reinforce, leave one out", ending, reinforce("leave_one_out", 0), 1, 0),
        new Case("reinforce near a reference", ending, reinforce("leave_one_out", 0.3), 1, 0.3),
        new Case("rloo", ending, settings(RlooSettings.KEYS, Map.of()).recipe(), 1, 0),
        // Where all answers have two tokens, their mean is half of the sum.
        new Case("a2c", whole, settings(A2cSettings.KEYS, a2c).recipe(), byTokens, 0),
        new Case("ppo", whole, settings(PpoSettings.KEYS, ppo).recipe(), byTokens, 0),
        // A mean with the answer itself in it takes a share of its own reward off.
        new Case(
            "dr. grpo",
            ending,
            settings(GrpoSettings.KEYS, grpo).recipe(),
            byTokens * (SAMPLES - 1) / SAMPLES,
            0));
  }

  /** Nobody watches, nobody stops it. */
  private record Site(Path directory) implements RunSite {
    @Override
    public Bar show(Work work) {
      return new Bar() {
        @Override
        public void at(long done, String message) {}

        @Override
        public void close() {}
      };
    }

    @Override
    public void tell(String line) {}

    @Override
    public void warn(String warning) {}

    @Override
    public void requireGoingOn() {}
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theMeanOfManyRolloutsIsTheGradient(Case c) {
    try (Backend backend = new ReferenceProvider().open(Device.CPU, BackendOptions.DEFAULT);
        Policy policy = Enumerated.policy(backend, 1);
        Policy reference = Enumerated.policy(backend, 2);
        ProgramCache programs = new ProgramCache(backend, CompileOptions.DEFAULT)) {
      List<Map<String, double[]>> directions = directions(policy);
      Exact exact = new Exact(c, policy, reference);
      double[] expected = exact.along(directions);
      double[][] sampled;
      try (RolloutMaker maker = maker(c, policy, reference, programs)) {
        sampled = sampled(c, policy, programs, maker, directions);
      }
      for (int d = 0; d < DIRECTIONS; d++) {
        double mean = 0;
        double squares = 0;
        for (double[] each : sampled) {
          mean += each[d] / ROLLOUTS;
        }
        for (double[] each : sampled) {
          squares += (each[d] - mean) * (each[d] - mean);
        }
        double error = Math.sqrt(squares / (ROLLOUTS - 1) / ROLLOUTS);
        System.out.printf(
            "%s, direction %d: exact %.5f, sampled %.5f +- %.5f%n",
            c, d, c.share() * expected[d], mean, error);
        assertThat(mean)
            .as("%s along direction %d, in %s standard errors of %s", c, d, STANDARD_ERRORS, error)
            .isCloseTo(c.share() * expected[d], within(STANDARD_ERRORS * error));
        if (d == 0) {
          // Enough rollouts to tell the gradient from nothing, or from one half as large.
          assertThat(error).isLessThan(c.share() * expected[d] / 8);
        }
      }
    }
  }

  /** The exact expected return, at a policy moved along directions. */
  private record Exact(Case of, Policy policy, Policy reference) {

    double[] along(List<Map<String, double[]>> directions) {
      try (Enumerated.Logits own = new Enumerated.Logits(policy);
          Enumerated.Logits held = new Enumerated.Logits(reference)) {
        double[][][][] of = held.now();
        directions.set(0, steepest(own, of));
        double[] slopes = new double[directions.size()];
        for (int d = 0; d < slopes.length; d++) {
          slopes[d] = slope(own, of, directions.get(d));
        }
        return slopes;
      }
    }

    private double slope(
        Enumerated.Logits own, double[][][][] held, Map<String, double[]> direction) {
      return (moved(own, held, direction, STEP) - moved(own, held, direction, -STEP)) / (2 * STEP);
    }

    private double moved(
        Enumerated.Logits own, double[][][][] held, Map<String, double[]> direction, double by) {
      Map<String, HostTensor> before = new LinkedHashMap<>();
      direction.forEach(
          (slot, d) -> {
            HostTensor was = policy.state().download(slot);
            HostTensor moved = was.part(0, d.length);
            for (int i = 0; i < d.length; i++) {
              moved.set(i, was.get(i) + by * d[i]);
            }
            before.put(slot, was);
            policy.state().upload(slot, 0, moved);
          });
      double value = of.task().expectedReturn(own.now(), held, of.beta());
      before.forEach(policy.state()::upload);
      return value;
    }

    /** By a difference for each weight. */
    private Map<String, double[]> steepest(Enumerated.Logits own, double[][][][] held) {
      Map<String, double[]> gradient = new LinkedHashMap<>();
      double squares = 0;
      for (ParameterSpec p : parameters(policy)) {
        double[] slopes = new double[(int) p.type().shape().elements()];
        for (int i = 0; i < slopes.length; i++) {
          double[] one = new double[slopes.length];
          one[i] = 1;
          slopes[i] = slope(own, held, Map.of(p.slot().name(), one));
          squares += slopes[i] * slopes[i];
        }
        gradient.put(p.slot().name(), slopes);
      }
      return scaled(gradient, 1 / Math.sqrt(squares));
    }
  }

  private static List<ParameterSpec> parameters(Policy policy) {
    return policy.trainables().stream().filter(p -> !p.name().startsWith("v_head")).toList();
  }

  private static Map<String, double[]> scaled(Map<String, double[]> direction, double by) {
    direction.values().forEach(all -> Arrays.setAll(all, i -> all[i] * by));
    return direction;
  }

  /** Of length 1; the first is to be set. */
  private static List<Map<String, double[]>> directions(Policy policy) {
    List<Map<String, double[]>> all = new ArrayList<>();
    Random random = new Random(4);
    for (int d = 0; d < DIRECTIONS; d++) {
      Map<String, double[]> direction = new LinkedHashMap<>();
      double squares = 0;
      for (ParameterSpec p : parameters(policy)) {
        double[] part = random.doubles(p.type().shape().elements()).map(x -> 2 * x - 1).toArray();
        for (double x : part) {
          squares += x * x;
        }
        direction.put(p.slot().name(), part);
      }
      all.add(scaled(direction, 1 / Math.sqrt(squares)));
    }
    return all;
  }

  private RolloutMaker maker(Case c, Policy policy, Policy reference, ProgramCache programs) {
    StopTokens ends = StopTokens.of(c.task().ends() ? Set.of(0) : Set.of());
    PolicySamplers samplers =
        new PolicySamplers(
            () -> policy, programs, Optional.empty(), ends, PromptSampler.Settings.usual());
    samplers.keep();
    Optional<Level> values = c.recipe().critic().map(critic -> Level.TOKEN);
    AnswerReaders readers =
        new AnswerReaders(
            Optional.of(
                TrajectoryScorer.of(
                    policy, new TrajectoryScorer.Asked(1, values, Enumerated.LENGTH), programs)),
            c.beta() > 0
                ? Optional.of(
                    TrajectoryScorer.of(
                        reference,
                        new TrajectoryScorer.Asked(1, Optional.empty(), Enumerated.LENGTH),
                        programs))
                : Optional.empty(),
            8);
    RewardFunction reward =
        RewardFunction.ofEach(
            answer -> Enumerated.reward(answer.prompt().ids(), answer.generation().ids()));
    return new RolloutMaker(
        c.recipe(),
        new RolloutMaker.Prompts(
            new RoundPrompts(Enumerated.prompts()), Enumerated.CONTEXTS, 11, examples -> ROWS),
        new RolloutMaker.Means(
            samplers,
            new WeightedRewards(List.of(new WeightedRewards.Part("task", 1, reward))),
            Optional.empty(),
            readers,
            new Site(dir)));
  }

  /** How each rollout would move the policy, along the directions. */
  private static double[][] sampled(
      Case c,
      Policy policy,
      ProgramCache programs,
      RolloutMaker maker,
      List<Map<String, double[]>> directions) {
    double[][] all = new double[ROLLOUTS][DIRECTIONS];
    RlState state = RlState.first(c.recipe().near().kl());
    SgdOptimizer still = new SgdOptimizer(0, 0, DecayedParameters.ALL);
    try (Stepper<TrajectoryBatch> stepper =
        new Stepper<>(
            policy,
            new PolicyGradientObjective(c.recipe().loss()),
            StepperOptions.of(still, 0),
            programs)) {
      for (int r = 0; r < ROLLOUTS; r++) {
        List<Trajectory> answers = maker.make(r + 1, state).trajectories();
        RowPlan plan = RowPlan.of(answers.stream().map(Trajectory::example).toList(), ROWS);
        List<TrajectoryBatch> batches = new ArrayList<>();
        BatchSource.portions(plan, 8, (MicroBatch m) -> TrajectoryBatch.of(m, answers))
            .forEach(batches::add);
        stepper.step(batches, r + 1, 0);
        for (ParameterSpec p : parameters(policy)) {
          HostTensor gradient = policy.state().download(Slots.gradient(p.name()));
          for (int d = 0; d < DIRECTIONS; d++) {
            double[] direction = Objects.requireNonNull(directions.get(d).get(p.slot().name()));
            for (int i = 0; i < direction.length; i++) {
              all[r][d] -= gradient.get(i) * direction[i];
            }
          }
        }
      }
    }
    return all;
  }
}
