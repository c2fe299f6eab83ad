package dev.fettle.algorithm.rl;

import dev.fettle.algorithm.rl.AdvantageEstimator.Estimated;
import dev.fettle.algorithm.rl.TrajectoryScorer.Read;
import dev.fettle.algorithm.rl.estimate.KlEstimator;
import dev.fettle.data.Example;
import dev.fettle.reward.RewardScores;
import dev.fettle.sample.Completion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sampled answers and what was made of them; all lists are by answers, those of a prompt side by
 * side.
 *
 * @param answers as they were sampled
 * @param examples prompt and answer, as sequences
 * @param scores what they are worth
 * @param own what policy and critic make of them
 * @param reference what the reference does, where one is asked
 */
record Rollout(
    List<Completion> answers,
    List<Example> examples,
    RewardScores scores,
    List<Read> own,
    Optional<List<Read>> reference) {

  /** Divergences from the reference by tokens; 0 where none is asked. */
  double[][] divergences(KlEstimator estimator) {
    double[][] all = new double[own.size()][];
    for (int i = 0; i < all.length; i++) {
      float[] logProbs = own.get(i).logProbs();
      all[i] = new double[logProbs.length];
      for (int t = 0; t < logProbs.length && reference.isPresent(); t++) {
        double its = reference.get().get(i).logProbs()[t];
        all[i][t] = estimator.of(logProbs[t] - its);
      }
    }
    return all;
  }

  /** What the critic says of each. */
  double[][] values() {
    return own.stream().map(r -> doubles(r.values())).toArray(double[][]::new);
  }

  /** The answers, to be learnt from. */
  List<Trajectory> trajectories(Estimated estimated, double[] rewards, boolean maskTruncated) {
    List<Trajectory> all = new ArrayList<>();
    for (int i = 0; i < rewards.length; i++) {
      boolean whole = answers.get(i).stopped() || !maskTruncated;
      int answer = i;
      all.add(
          new Trajectory(
              examples.get(i),
              own.get(i).logProbs(),
              reference.map(r -> r.get(answer).logProbs()).orElseGet(() -> new float[0]),
              own.get(i).values(),
              floats(estimated.advantages()[i]),
              floats(estimated.returns()[i]),
              whole && !Double.isNaN(rewards[i])));
    }
    return all;
  }

  private static double[] doubles(float[] values) {
    double[] all = new double[values.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = values[i];
    }
    return all;
  }

  private static float[] floats(double[] values) {
    float[] all = new float[values.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = (float) values[i];
    }
    return all;
  }
}
