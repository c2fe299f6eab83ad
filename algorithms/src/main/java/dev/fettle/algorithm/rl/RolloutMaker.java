package dev.fettle.algorithm.rl;

import dev.fettle.algorithm.RunSite;
import dev.fettle.algorithm.rl.AdvantageEstimator.Estimated;
import dev.fettle.algorithm.rl.KlSettings.Place;
import dev.fettle.algorithm.rl.PolicyLoss.Ratio;
import dev.fettle.algorithm.rl.RewardShaper.Shaped;
import dev.fettle.algorithm.rl.TrajectoryScorer.Read;
import dev.fettle.algorithm.rl.estimate.KlEstimator;
import dev.fettle.data.Example;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.read.RowOrigin;
import dev.fettle.models.generate.SamplingOptions;
import dev.fettle.reward.RewardScores;
import dev.fettle.reward.WeightedRewards;
import dev.fettle.rollout.PolicySamplers;
import dev.fettle.rollout.RoundPrompts;
import dev.fettle.rollout.Sampler;
import dev.fettle.sample.Completion;
import dev.fettle.sample.SamplePrompt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes rollouts: samples answers from the policy as it is, rewards them, reads them with policy,
 * critic and reference, and works out what is to be learnt. A rollout follows from the policy, its
 * number and the run's state alone.
 */
final class RolloutMaker implements AutoCloseable {
  /** Draws for a prompt that stands in a rollout once more. */
  private static final long AGAIN = 1L << 40;

  /** Where an answer is from, for whoever must be told of it. */
  private static final Path DRAWN = Path.of("rollouts");

  private final RlRecipe recipe;
  private final Prompts prompts;
  private final Means means;
  private final AdvantageEstimator estimator;

  /**
   * The prompts of a run.
   *
   * @param all of them
   * @param ofRollout how many a rollout answers
   * @param seed of their order, and of the draws
   * @param packing how a rollout's sequences are laid into rows
   */
  record Prompts(
      RoundPrompts all,
      int ofRollout,
      long seed,
      Function<List<Example>, PackingOptions> packing) {}

  /**
   * What rollouts are made with.
   *
   * @param samplers over the policy
   * @param rewards that are learnt
   * @param judge what nothing is learnt from
   * @param readers of answers
   * @param site where the run works
   */
  record Means(
      PolicySamplers samplers,
      WeightedRewards rewards,
      Optional<WeightedRewards> judge,
      AnswerReaders readers,
      RunSite site) {}

  /**
   * A rollout.
   *
   * @param trajectories those of a prompt side by side
   * @param klCoefficient while it is learnt
   * @param found what is logged of it
   * @param after the run's state once it is made
   */
  record Made(
      List<Trajectory> trajectories,
      double klCoefficient,
      Map<String, Double> found,
      RlState after) {}

  RolloutMaker(RlRecipe recipe, Prompts prompts, Means means) {
    this.recipe = recipe;
    this.prompts = prompts;
    this.means = means;
    this.estimator =
        new AdvantageEstimator(
            recipe.learning().advantages(),
            recipe.learning().whiten(),
            recipe.learning().surrogate().ratio() == Ratio.ANSWER);
  }

  /** Answers of a rollout. */
  int answers() {
    return prompts.ofRollout() * recipe.sampling().samplesPerPrompt();
  }

  /**
   * Makes a rollout.
   *
   * @param number from 1
   * @throws java.util.concurrent.CancellationException if the run is asked to stop
   */
  Made make(int number, RlState state) {
    Clock clock = new Clock();
    List<Completion> answers = clock.time("timing/rollout", () -> sampled(number));
    means.site().requireGoingOn();
    RewardScores scores = clock.time("timing/reward", () -> means.rewards().scores(answers));
    Optional<RewardScores> judged =
        clock.time("timing/judge", () -> means.judge().map(j -> j.scores(answers)));
    means.site().requireGoingOn();
    List<Example> examples = answers.stream().map(RolloutMaker::example).toList();
    PackingOptions packing = prompts.packing().apply(examples);
    AnswerReaders readers = means.readers();
    Optional<List<Read>> own =
        clock.time("timing/logprobs", () -> readers.policy(examples, packing));
    Optional<List<Read>> reference =
        clock.time("timing/logprobs", () -> readers.reference(examples, packing));
    Rollout rollout =
        new Rollout(answers, examples, scores, own.orElseGet(() -> asSampled(answers)), reference);
    return made(number, rollout, judged, state, clock);
  }

  private List<Completion> sampled(int number) {
    List<SamplePrompt> asked = prompts.all().ofRound(number, prompts.ofRollout(), prompts.seed());
    SamplingOptions options = recipe.sampling().sampling(prompts.seed()).withStep(number);
    int samples = recipe.sampling().samplesPerPrompt();
    // Equal prompts have equal answers, and a rollout may ask the same one twice.
    Map<List<Integer>, Integer> met = new HashMap<>();
    List<List<Integer>> byVisit = new ArrayList<>();
    for (int place = 0; place < asked.size(); place++) {
      int visit = met.merge(boxed(asked.get(place).ids()), 1, Integer::sum) - 1;
      while (byVisit.size() <= visit) {
        byVisit.add(new ArrayList<>());
      }
      byVisit.get(visit).add(place);
    }
    Completion[] all = new Completion[asked.size() * samples];
    try (Sampler sampler = means.samplers().get()) {
      for (int visit = 0; visit < byVisit.size(); visit++) {
        List<Integer> places = byVisit.get(visit);
        List<SamplePrompt> some = places.stream().map(asked::get).toList();
        List<Completion> given = sampler.sample(some, options.withStep(number + visit * AGAIN));
        for (int i = 0; i < given.size(); i++) {
          all[places.get(i / samples) * samples + i % samples] = given.get(i);
        }
      }
    }
    return List.of(all);
  }

  private static List<Integer> boxed(int[] ids) {
    List<Integer> list = new ArrayList<>(ids.length);
    for (int id : ids) {
      list.add(id);
    }
    return list;
  }

  private static Example example(Completion answer) {
    RowOrigin origin = new RowOrigin(DRAWN, answer.prompt().index() + 1, RowOrigin.Unit.LINE);
    return RoundPrompts.example(answer.prompt().ids(), answer.generation().ids(), origin);
  }

  /** What sampling gave: the same policy, by the program that decodes. */
  private static List<Read> asSampled(List<Completion> answers) {
    return answers.stream().map(a -> new Read(a.generation().logProbs(), new float[0])).toList();
  }

  private Made made(
      int number, Rollout rollout, Optional<RewardScores> judged, RlState state, Clock clock) {
    KlSettings near = recipe.near().kl();
    double coefficient = state.kl().coefficient();
    double[][] kl = rollout.divergences(near.estimator());
    Shaped shaped =
        new RewardShaper(recipe.rewarding()).of(rollout.answers(), rollout.scores().total(), state);
    Estimated estimated =
        estimator.of(
            new AdvantageEstimator.Known(
                shaped.rewards(),
                scaled(kl, near.place() == Place.REWARD ? coefficient : 0),
                rollout.values(),
                recipe.sampling().samplesPerPrompt(),
                shaped.state()));
    RolloutMetrics metrics =
        new RolloutMetrics(rollout, estimated, kl, judged, recipe.sampling().samplesPerPrompt());
    Map<String, Double> found = metrics.all();
    RlState after = estimated.state();
    if (rollout.reference().isPresent()) {
      found.put("kl_coefficient", coefficient);
      after = after.with(after.kl().after(metrics.kl(), answers()));
    }
    found.putAll(clock.seconds());
    RolloutTable.write(means.site().directory(), number, metrics.rows());
    boolean masks = recipe.rewarding().maskTruncated();
    return new Made(
        rollout.trajectories(estimated, shaped.rewards(), masks), coefficient, found, after);
  }

  private static double[][] scaled(double[][] values, double by) {
    double[][] scaled = new double[values.length][];
    for (int i = 0; i < values.length; i++) {
      scaled[i] = Arrays.stream(values[i]).map(v -> v * by).toArray();
    }
    return scaled;
  }

  /**
   * How far the policy has moved on a rollout since it was sampled: the mean over tokens of {@code
   * k3}.
   */
  double moved(List<Trajectory> trajectories) {
    List<Example> examples = trajectories.stream().map(Trajectory::example).toList();
    List<Read> now =
        means
            .readers()
            .policy(examples, prompts.packing().apply(examples))
            .orElseThrow(() -> new IllegalStateException("the policy is not read"));
    double sum = 0;
    long tokens = 0;
    for (int i = 0; i < examples.size(); i++) {
      float[] before = trajectories.get(i).logProbs();
      for (int t = 0; t < before.length; t++) {
        sum += KlEstimator.K3.of((double) before[t] - now.get(i).logProbs()[t]);
        tokens++;
      }
    }
    return sum / Math.max(1, tokens);
  }

  @Override
  public void close() {
    means.readers().close();
    means.samplers().close();
  }
}
