package dev.fettle.algorithm.rl;

import dev.fettle.algorithm.rl.Advantages.Baseline;
import dev.fettle.algorithm.rl.Advantages.Generalised;
import dev.fettle.algorithm.rl.Advantages.GroupMean;
import dev.fettle.algorithm.rl.Advantages.GroupRelative;
import dev.fettle.algorithm.rl.Advantages.LeaveOneOut;
import dev.fettle.algorithm.rl.Advantages.Moving;
import dev.fettle.algorithm.rl.Advantages.None;
import dev.fettle.algorithm.rl.Advantages.OfAnswer;
import dev.fettle.algorithm.rl.Advantages.OverPrompt;
import dev.fettle.algorithm.rl.Advantages.Scale;
import dev.fettle.algorithm.rl.estimate.Baselines;
import dev.fettle.algorithm.rl.estimate.Gae;
import dev.fettle.algorithm.rl.estimate.MovingAverage;
import dev.fettle.algorithm.rl.estimate.Whitening;
import dev.fettle.algorithm.rl.estimate.Whitening.Deviation;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Works out advantages and returns of a rollout's answers.
 *
 * @param rule by which
 * @param whiten whether advantages are whitened, over all that have a reward
 * @param whole whether an answer is one action, and so one number among those that are whitened;
 *     else each of its tokens is
 */
record AdvantageEstimator(Advantages rule, boolean whiten, boolean whole) {
  /** As TRL adds it to the deviation of a group, and of whole answers that it normalises. */
  private static final double EPSILON = 1e-4;

  /** One in which each token is an action. */
  AdvantageEstimator(Advantages rule, boolean whiten) {
    this(rule, whiten, false);
  }

  /**
   * What is known of a rollout; arrays are by answers, those of a prompt side by side.
   *
   * @param rewards NaN where there is none
   * @param penalties taken from the reward of each token
   * @param values the critic's, by tokens or one for the answer
   * @param samples answers to a prompt
   * @param state of the run
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, not compared
  record Known(
      double[] rewards, double[][] penalties, double[][] values, int samples, RlState state) {
    private boolean scored(int answer) {
      return !Double.isNaN(rewards[answer]);
    }

    /** What each answer is worth as a whole. */
    private double[] totals() {
      double[] totals = rewards.clone();
      for (int i = 0; i < totals.length; i++) {
        totals[i] -= Arrays.stream(penalties[i]).sum();
      }
      return totals;
    }
  }

  /**
   * What comes of it.
   *
   * @param advantages by tokens; 0 for answers without a reward
   * @param returns what the critic is to predict, as many as its values
   * @param state of the run after it
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, not compared
  record Estimated(double[][] advantages, double[][] returns, RlState state) {}

  Estimated of(Known known) {
    Estimated raw =
        rule instanceof Generalised gae
            ? generalised(known, gae)
            : rule instanceof OverPrompt
                ? overPrompt(known)
                : ofAnswers(known, ((OfAnswer) rule).baseline());
    return whiten && !whole
        ? new Estimated(whitened(known, raw.advantages(), true), raw.returns(), raw.state())
        : raw;
  }

  private static Estimated generalised(Known known, Generalised by) {
    int answers = known.rewards().length;
    double[][] rewards = new double[answers][];
    for (int i = 0; i < answers; i++) {
      double[] penalties = known.penalties()[i];
      rewards[i] = Arrays.stream(penalties).map(p -> -p).toArray();
      // On the last token of the answer, not on the place behind it.
      rewards[i][penalties.length - 1] += known.scored(i) ? known.rewards()[i] : 0;
    }
    if (by.whitenRewards()) {
      rewards = whitened(known, rewards, false);
    }
    Gae gae = new Gae(by.gamma(), by.lambda());
    double[][] advantages = new double[answers][];
    double[][] returns = new double[answers][];
    for (int i = 0; i < answers; i++) {
      Gae.Estimate estimate = gae.of(rewards[i], known.values()[i]);
      boolean scored = known.scored(i);
      advantages[i] = scored ? estimate.advantages() : new double[rewards[i].length];
      returns[i] = scored ? estimate.returns() : known.values()[i].clone();
    }
    return new Estimated(advantages, returns, known.state());
  }

  private static Estimated overPrompt(Known known) {
    double[] totals = known.totals();
    double[][] advantages = new double[totals.length][];
    double[][] returns = new double[totals.length][];
    for (int i = 0; i < totals.length; i++) {
      double value = known.values()[i][0];
      double reward = known.scored(i) ? totals[i] : value;
      returns[i] = new double[] {reward};
      advantages[i] = spread(reward - value, known.penalties()[i].length);
    }
    return new Estimated(advantages, returns, known.state());
  }

  private Estimated ofAnswers(Known known, Baseline baseline) {
    double[] totals = known.totals();
    double[] ahead = ahead(known, totals, baseline);
    if (whiten && whole) {
      ahead = normalised(known, ahead);
    }
    double[][] advantages = new double[totals.length][];
    for (int i = 0; i < totals.length; i++) {
      advantages[i] = spread(known.scored(i) ? ahead[i] : 0, known.penalties()[i].length);
    }
    RlState state = known.state();
    if (baseline instanceof Moving moving) {
      double mean = mean(totals);
      if (!Double.isNaN(mean)) {
        MovingAverage average = new MovingAverage(moving.decay());
        state = state.withBaseline(average.next(state.baseline(), state.rollouts(), mean));
      }
    }
    return new Estimated(advantages, new double[totals.length][0], state);
  }

  private static double[] ahead(Known known, double[] totals, Baseline baseline) {
    if (baseline instanceof None) {
      return totals;
    }
    if (baseline instanceof Moving) {
      double held = known.state().rollouts() == 0 ? mean(totals) : known.state().baseline();
      return Arrays.stream(totals).map(r -> r - held).toArray();
    }
    double[][] groups = new double[totals.length / known.samples()][];
    for (int g = 0; g < groups.length; g++) {
      groups[g] = Arrays.copyOfRange(totals, g * known.samples(), (g + 1) * known.samples());
    }
    if (baseline instanceof GroupRelative relative && relative.scale() == Scale.BATCH) {
      return joined(Baselines.batchRelative(groups, EPSILON));
    }
    double[][] each = new double[groups.length][];
    for (int g = 0; g < groups.length; g++) {
      each[g] = ofGroup(groups[g], baseline);
    }
    return joined(each);
  }

  private static double[] ofGroup(double[] group, Baseline baseline) {
    if (baseline instanceof LeaveOneOut) {
      return Baselines.leaveOneOut(group);
    }
    boolean relative = baseline instanceof GroupRelative r && r.scale() == Scale.GROUP;
    if (baseline instanceof GroupMean || !relative) {
      return Baselines.groupMean(group);
    }
    return Baselines.groupRelative(group, EPSILON);
  }

  /**
   * {@code (A - mean) / (deviation + epsilon)} over answers, as TRL's RLOO. One without another
   * that it is held against takes no part, and keeps its 0.
   */
  private static double[] normalised(Known known, double[] ahead) {
    double[] compared = ahead.clone();
    for (int from = 0; from < compared.length; from += known.samples()) {
      int end = from + known.samples();
      long scored = IntStream.range(from, end).filter(known::scored).count();
      for (int i = from; i < end; i++) {
        compared[i] = known.scored(i) && scored > 1 ? ahead[i] : Double.NaN;
      }
    }
    return Baselines.groupRelative(compared, EPSILON);
  }

  private static double[] joined(double[][] groups) {
    return Arrays.stream(groups).flatMapToDouble(Arrays::stream).toArray();
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).filter(v -> !Double.isNaN(v)).average().orElse(Double.NaN);
  }

  private static double[] spread(double value, int tokens) {
    double[] all = new double[tokens];
    Arrays.fill(all, value);
    return all;
  }

  /** Answers without a reward take no part, and keep their zeros. */
  private static double[][] whitened(Known known, double[][] values, boolean shift) {
    double[][] scored = new double[values.length][];
    for (int i = 0; i < values.length; i++) {
      scored[i] = known.scored(i) ? values[i] : new double[0];
    }
    double[][] white = new Whitening(Deviation.SAMPLE, shift).of(scored);
    for (int i = 0; i < values.length; i++) {
      white[i] = known.scored(i) ? white[i] : values[i];
    }
    return white;
  }
}
