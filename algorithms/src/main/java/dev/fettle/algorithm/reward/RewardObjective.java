package dev.fettle.algorithm.reward;

import dev.fettle.algorithm.preference.PairBatch;
import dev.fettle.algorithm.preference.Pairs;
import dev.fettle.algorithm.preference.Pairs.Split;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.models.head.ScalarHead;
import dev.fettle.objective.Counts;
import dev.fettle.objective.Loss;
import dev.fettle.objective.Metric;
import dev.fettle.objective.Objective;
import dev.fettle.objective.ObjectiveContext;
import dev.fettle.objective.PooledScores;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The Bradley-Terry loss of a reward model: {@code -log s(r(w) - r(l) - margin) + c (r(w) +
 * r(l))^2}, averaged over the pairs of the step (Ouyang et al., 2022, eq. 1; margins: Touvron et
 * al., 2023, eq. 2; centring: 2312.09244).
 */
public final class RewardObjective implements Objective<PairBatch> {
  private static final String PAIRS = "pairs";
  private static final String SHARE = "pair_share";
  private static final String REAL = "pair_real";
  private static final String MARGIN = "pair_margin";

  /** Beyond any reward: what padding counts as where the least is sought. */
  private static final double FAR = 1e30;

  private final RewardSettings settings;
  private final PooledScores scores;

  /** Minimises the loss with these settings. */
  public RewardObjective(RewardSettings settings) {
    this.settings = settings;
    this.scores = new PooledScores(ScalarHead.REWARD, settings.pooling());
  }

  @Override
  public ProgramKey key(PairBatch batch) {
    return scores.key(batch.rows());
  }

  @Override
  public Loss build(ObjectiveContext c, ProgramKey key) {
    GraphBuilder g = c.g();
    Split rewards = Pairs.split(g, scores.build(c, key));
    TensorType each = TensorType.of(DType.F32, new Dim(PAIRS, PooledScores.examples(key) / 2));
    Value ahead = rewards.difference(g);
    Value wanted = g.sub(ahead, c.builder().input(MARGIN, each));
    Value loss = g.neg(Pairs.logSigmoid(g, wanted));
    if (settings.centerRewardsCoefficient() > 0) {
      Value sum = g.add(rewards.chosen(), rewards.rejected());
      loss = g.add(loss, g.scale(g.mul(sum, sum), settings.centerRewardsCoefficient()));
    }
    Value share = c.builder().input(SHARE, each);
    return new Loss(
        g.sumAll(g.mul(loss, share)), metrics(g, rewards, c.builder().input(REAL, each)));
  }

  private static List<Metric> metrics(GraphBuilder g, Split rewards, Value real) {
    Value pairs = g.sumAll(real);
    Value ahead = rewards.difference(g);
    Value right = g.cast(g.less(rewards.rejected(), rewards.chosen()), DType.F32);
    Value both = g.mul(g.add(rewards.chosen(), rewards.rejected()), real);
    Value least = g.min(rewards.chosen(), rewards.rejected());
    Value most = g.max(rewards.chosen(), rewards.rejected());
    return List.of(
        Metric.ratio("accuracy", g.sumAll(g.mul(right, real)), pairs),
        Metric.ratio("margin", g.sumAll(g.mul(ahead, real)), pairs),
        Metric.ratio("mean_reward", g.scale(g.sumAll(both), 0.5), pairs),
        Metric.min("min_reward", g.neg(largest(g, g.neg(least), real))),
        Metric.max("max_reward", largest(g, most, real)));
  }

  private static Value largest(GraphBuilder g, Value x, Value real) {
    Value isReal = g.less(g.fill(0, real.type()), real);
    return g.reshape(g.reduceMax(g.select(isReal, x, g.fill(-FAR, x.type())), List.of(0)));
  }

  @Override
  public Map<String, HostTensor> inputs(PairBatch batch, ProgramKey key, Counts total) {
    int pairs = PooledScores.examples(key) / 2;
    float[] share = new float[pairs];
    Arrays.fill(share, 0, batch.pairs(), (float) (1.0 / total.count(PAIRS)));
    float[] real = new float[pairs];
    Arrays.fill(real, 0, batch.pairs(), 1);
    Map<String, HostTensor> inputs = scores.inputs(batch.rows(), key);
    inputs.put(SHARE, HostTensor.ofFloats(share, pairs));
    inputs.put(REAL, HostTensor.ofFloats(real, pairs));
    inputs.put(MARGIN, HostTensor.ofFloats(Arrays.copyOf(batch.margins(), pairs), pairs));
    return inputs;
  }

  @Override
  public Counts counts(PairBatch batch) {
    return Counts.of(batch.rows().tokens(), PAIRS, batch.pairs());
  }
}
