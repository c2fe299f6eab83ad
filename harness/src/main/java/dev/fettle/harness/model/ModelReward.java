package dev.fettle.harness.model;

import dev.fettle.data.Example;
import dev.fettle.models.head.RewardScale;
import dev.fettle.reward.RewardFunction;
import dev.fettle.sample.Completion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A reward model as a reward function.
 *
 * @param sequences what it reads of an answer
 * @param rewards of sequences, in order
 * @param scale that they are counted on, if any
 */
record ModelReward(
    AnswerSequences sequences,
    Function<List<Example>, float[]> rewards,
    Optional<RewardScale> scale)
    implements RewardFunction {

  /** An answer that is no sequence at all has no reward. */
  @Override
  public double[] score(List<Completion> completions) {
    List<Example> examples = new ArrayList<>();
    for (Completion completion : completions) {
      examples.add(sequences.of(completion));
    }
    float[] given = rewards.apply(examples);
    double[] scaled = new double[given.length];
    for (int i = 0; i < given.length; i++) {
      double reward = given[i];
      scaled[i] = scale.map(s -> s.of(reward)).orElse(reward);
    }
    return scaled;
  }
}
