package dev.fettle.algorithm.preference;

import dev.fettle.algorithm.preference.Pairs.Split;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.LinearCrossEntropy.Result;
import dev.fettle.objective.Metric;
import dev.fettle.objective.TokenLogProbs.Scored;
import java.util.ArrayList;
import java.util.List;

/**
 * What is logged of pairs, by TRL's names.
 *
 * @param pairs their log-ratios
 * @param policy their log-probabilities
 * @param beta what rewards are log-ratios times
 */
record PairMetrics(Pairs pairs, Split policy, double beta) {

  /** All of them. */
  List<Metric> all(Scored scored, PairInputs.Declared in) {
    GraphBuilder g = pairs.g();
    List<Metric> all = new ArrayList<>();
    Value chosen = g.scale(pairs.chosen(), beta);
    Value rejected = g.scale(pairs.rejected(), beta);
    all.add(mean("rewards/chosen", chosen));
    all.add(mean("rewards/rejected", rejected));
    all.add(mean("rewards/accuracies", g.cast(g.less(rejected, chosen), DType.F32)));
    all.add(mean("rewards/margins", g.sub(chosen, rejected)));
    all.add(mean("logps/chosen", policy.chosen()));
    all.add(mean("logps/rejected", policy.rejected()));
    Value ofRejected = g.sub(scored.weights(), in.ofChosen());
    Value logits = meanLogits(scored);
    all.add(mean("logits/chosen", logits, in.ofChosen()));
    all.add(mean("logits/rejected", logits, ofRejected));
    all.add(mean("entropy", Result.ENTROPY.of(scored.results()), scored.weights()));
    all.add(mean("mean_token_accuracy", Result.CORRECT.of(scored.results()), in.ofChosen()));
    return all;
  }

  private Metric mean(String name, Value ofPairs) {
    return mean(name, ofPairs, pairs.real());
  }

  private Metric mean(String name, Value each, Value weight) {
    GraphBuilder g = pairs.g();
    return Metric.ratio(name, g.sumAll(g.mul(each, weight)), g.sumAll(weight));
  }

  /** The mean of each position's logits over the vocabulary, without the logits. */
  private Value meanLogits(Scored scored) {
    GraphBuilder g = pairs.g();
    Value head = scored.head();
    Dim one = new Dim("mean", 1);
    Value sum = g.sum(head, List.of(0));
    Value mean = g.reshape(g.scale(sum, 1.0 / head.shape().size(0)), one, head.shape().dim(1));
    Value column = g.matmul(scored.rows(), g.reshape(mean, mean.shape().dim(1), one));
    return g.reshape(column, scored.weights().shape());
  }
}
