package dev.fettle.integration.contrast;

import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.Placement;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.LinearCrossEntropy.Result;
import dev.fettle.objective.Counts;
import dev.fettle.objective.ExampleSums;
import dev.fettle.objective.Loss;
import dev.fettle.objective.Metric;
import dev.fettle.objective.Objective;
import dev.fettle.objective.ObjectiveContext;
import dev.fettle.objective.TokenLogProbs;
import dev.fettle.objective.TokenLogProbs.Scored;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code -log sigmoid(beta (l_better - l_worse) - margin)}, averaged over pairs, where {@code l} is
 * an answer's mean log-probability a token. Pairs are packed as groups of two, the better one
 * first.
 */
final class ContrastObjective implements Objective<MicroBatch> {
  private static final String PAIRS = "pairs";
  private static final String SHARE = "pair_share";
  private static final String REAL = "pair_real";
  private static final String LENGTHS = "inverse_lengths";

  private final ContrastSettings settings;
  private final TokenLogProbs logProbs = new TokenLogProbs();

  ContrastObjective(ContrastSettings settings) {
    this.settings = settings;
  }

  @Override
  public ProgramKey key(MicroBatch batch) {
    return ExampleSums.key(TokenLogProbs.key(batch), batch);
  }

  @Override
  public Loss build(ObjectiveContext c, ProgramKey key) {
    GraphBuilder g = c.g();
    Scored scored = logProbs.build(c, key);
    Value sums = ExampleSums.of(c, key, g.neg(Result.NLL.of(scored.results())));
    Value means = g.mul(sums, c.builder().input(LENGTHS, sums.type()));
    Dim pairs = new Dim(PAIRS, ExampleSums.examples(key) / 2);
    TensorType each = TensorType.of(DType.F32, pairs);
    Value twos = g.reshape(means, pairs, new Dim("answer", 2));
    Value difference = g.sub(answer(g, twos, 0, each), answer(g, twos, 1, each));
    Value score =
        g.sub(g.mul(g.fill(settings.beta(), each), difference), g.fill(settings.margin(), each));
    // -log sigmoid(s) = log(1 + exp(-s)), without overflow: max(-s, 0) + log(1 + exp(-|s|)).
    Value softplus =
        g.add(
            g.max(g.neg(score), g.fill(0, each)),
            g.log(g.add(g.fill(1, each), g.exp(g.neg(g.abs(score))))));
    Value real = c.builder().input(REAL, each);
    // Padding must not win.
    Value isReal = g.less(g.fill(0, each), real);
    Value seen = g.select(isReal, difference, g.fill(-1e30, each));
    Value won = g.cast(g.less(g.fill(0, each), difference), DType.F32);
    return new Loss(
        g.sumAll(g.mul(softplus, c.builder().input(SHARE, each))),
        List.of(
            Metric.ratio("won", g.sumAll(g.mul(won, real)), g.sumAll(real)),
            Metric.max("largest_difference", g.reshape(g.reduceMax(seen, List.of(0))))));
  }

  private static Value answer(GraphBuilder g, Value twos, int which, TensorType each) {
    return g.reshape(g.sliceAxis(twos, 1, which, new Dim("answer", 1)), each.shape());
  }

  @Override
  public Map<String, HostTensor> inputs(MicroBatch batch, ProgramKey key, Counts total) {
    int pairs = ExampleSums.examples(key) / 2;
    float[] share = new float[pairs];
    float[] real = new float[pairs];
    float[] lengths = new float[2 * pairs];
    List<Placement> placements = batch.placements();
    for (int i = 0; i < placements.size(); i++) {
      lengths[i] = 1f / targets(batch, placements.get(i));
      share[i / 2] = 1f / total.count(PAIRS);
      real[i / 2] = 1;
    }
    Map<String, HostTensor> inputs = new LinkedHashMap<>(logProbs.inputs(batch, key, 1));
    inputs.putAll(ExampleSums.inputs(batch, key));
    inputs.put(SHARE, HostTensor.ofFloats(share, pairs));
    inputs.put(REAL, HostTensor.ofFloats(real, pairs));
    inputs.put(LENGTHS, HostTensor.ofFloats(lengths, 2L * pairs));
    return inputs;
  }

  private static int targets(MicroBatch batch, Placement p) {
    int from = p.row() * batch.length() + p.start();
    int count = 0;
    for (int at = from; at < from + p.length(); at++) {
      count += batch.targetMask()[at];
    }
    return count;
  }

  @Override
  public Counts counts(MicroBatch batch) {
    return Counts.of(batch.tokens(), PAIRS, batch.placements().size() / 2);
  }
}
