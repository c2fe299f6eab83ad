package dev.fettle.objective;

import dev.fettle.data.batch.MicroBatch;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.LinearCrossEntropy.Result;
import dev.fettle.objective.TokenLogProbs.Scored;
import dev.fettle.spi.HostTensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Supervised fine-tuning: the mean negative log-likelihood of the target tokens, {@code -sum_t m_t
 * log p(y_t | y_<t) / sum_t m_t}, the sums taken over the whole optimizer step. Language-model
 * pretraining is the same with every token a target.
 */
public final class Sft implements Objective<MicroBatch> {
  private final int usualTargets;

  /** For micro-batches of which nothing is known beforehand. */
  public Sft() {
    this(0);
  }

  /**
   * For micro-batches most of which have at most so many targets: one program serves all these.
   *
   * @param usualTargets as {@link dev.fettle.data.pack.RowPlan#usualTargets} says
   */
  public Sft(int usualTargets) {
    this.usualTargets = usualTargets;
  }

  @Override
  public Binding bind(MicroBatch batch) {
    return TokenLogProbs.bind(batch, usualTargets);
  }

  @Override
  public Loss build(ObjectiveContext c, Binding binding) {
    GraphBuilder g = c.g();
    Scored scored = TokenLogProbs.build(c, binding);
    Map<String, Value> metrics = new LinkedHashMap<>();
    metrics.put("entropy", scored.weighted(g, Result.ENTROPY));
    metrics.put("mean_token_accuracy", scored.weighted(g, Result.CORRECT));
    return new Loss(Result.LOSS.of(scored.results()), metrics);
  }

  @Override
  public Map<String, HostTensor> inputs(MicroBatch batch, Binding binding, double normalizer) {
    return TokenLogProbs.inputs(batch, binding, (float) (1 / normalizer));
  }

  @Override
  public long count(MicroBatch batch) {
    return batch.targets();
  }

  @Override
  public long tokens(MicroBatch batch) {
    return batch.tokens();
  }
}
