package dev.fettle.algorithm.rl;

import dev.fettle.algorithm.rl.TrajectoryScorer.Read;
import dev.fettle.data.Example;
import dev.fettle.data.batch.BatchSource;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.PackingOptions;
import dev.fettle.data.pack.RowPlan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What policy and reference make of a rollout's answers.
 *
 * @param policy with its critic; empty where nothing of it is needed beyond what sampling gave
 * @param reference empty where none is asked
 * @param rows of a micro-batch
 */
record AnswerReaders(
    Optional<TrajectoryScorer> policy, Optional<TrajectoryScorer> reference, int rows)
    implements AutoCloseable {

  /** What the policy and its critic make of answers, in their order. */
  Optional<List<Read>> policy(List<Example> answers, PackingOptions packing) {
    return policy.map(scorer -> read(scorer, answers, packing));
  }

  /** What the reference makes of them. */
  Optional<List<Read>> reference(List<Example> answers, PackingOptions packing) {
    return reference.map(scorer -> read(scorer, answers, packing));
  }

  private List<Read> read(TrajectoryScorer scorer, List<Example> answers, PackingOptions packing) {
    List<Read> all =
        new ArrayList<>(Collections.nCopies(answers.size(), new Read(new float[0], new float[0])));
    RowPlan plan = RowPlan.of(answers, packing);
    for (MicroBatch batch : BatchSource.portions(plan, rows, Function.identity())) {
      List<Read> read = scorer.read(batch);
      for (int i = 0; i < read.size(); i++) {
        all.set(batch.answers().get(i).example(), read.get(i));
      }
    }
    return all;
  }

  @Override
  public void close() {
    policy.ifPresent(TrajectoryScorer::close);
    reference.ifPresent(TrajectoryScorer::close);
  }
}
