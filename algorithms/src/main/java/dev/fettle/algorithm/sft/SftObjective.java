package dev.fettle.algorithm.sft;

import dev.fettle.data.batch.MicroBatch;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.composite.LinearCrossEntropy.Result;
import dev.fettle.objective.Counts;
import dev.fettle.objective.Loss;
import dev.fettle.objective.Metric;
import dev.fettle.objective.Objective;
import dev.fettle.objective.ObjectiveContext;
import dev.fettle.objective.TokenLogProbs;
import dev.fettle.objective.TokenLogProbs.Scored;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramKey;
import java.util.List;
import java.util.Map;

/**
 * Supervised fine-tuning: the mean negative log-likelihood of the target tokens, {@code -sum_t m_t
 * log p(y_t | y_<t) / sum_t m_t}, the sums taken over the whole optimizer step. Language-model
 * pretraining is the same with every token a target.
 */
public final class SftObjective implements Objective<MicroBatch> {
  private static final String TARGETS = "targets";

  private final TokenLogProbs logProbs = new TokenLogProbs();
  private final int usualTargets;

  /** For micro-batches of which nothing is known beforehand. */
  public SftObjective() {
    this(0);
  }

  /**
   * For micro-batches most of which have at most so many targets: one program serves all these.
   *
   * @param usualTargets as {@link dev.fettle.data.pack.RowPlan#usualTargets} says
   */
  public SftObjective(int usualTargets) {
    this.usualTargets = usualTargets;
  }

  @Override
  public ProgramKey key(MicroBatch batch) {
    return TokenLogProbs.key(batch, usualTargets);
  }

  @Override
  public Loss build(ObjectiveContext c, ProgramKey key) {
    GraphBuilder g = c.g();
    Scored scored = logProbs.build(c, key);
    return new Loss(
        Result.LOSS.of(scored.results()),
        List.of(
            Metric.sum("entropy", scored.weighted(g, Result.ENTROPY)),
            Metric.sum("mean_token_accuracy", scored.weighted(g, Result.CORRECT))));
  }

  @Override
  public Map<String, HostTensor> inputs(MicroBatch batch, ProgramKey key, Counts total) {
    return logProbs.inputs(batch, key, (float) (1.0 / total.count(TARGETS)));
  }

  @Override
  public Counts counts(MicroBatch batch) {
    return Counts.of(batch.tokens(), TARGETS, batch.targets());
  }
}
