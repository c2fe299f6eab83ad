package dev.fettle.algorithm.preference;

import dev.fettle.algorithm.preference.Pairs.Split;
import dev.fettle.ir.DType;
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
 * @param logged which of it
 */
record PairMetrics(Pairs pairs, Split policy, Logged logged) {

  /** All of them. */
  List<Metric> all(Scored scored, PairInputs.Declared in) {
    GraphBuilder g = pairs.g();
    Pairs scores = logged.reward().of(pairs);
    List<Metric> all = new ArrayList<>();
    Value chosen = g.scale(scores.chosen(), logged.beta());
    Value rejected = g.scale(scores.rejected(), logged.beta());
    all.add(mean("rewards/chosen", chosen));
    all.add(mean("rewards/rejected", rejected));
    all.add(mean("rewards/accuracies", g.cast(g.less(rejected, chosen), DType.F32)));
    all.add(mean("rewards/margins", g.sub(chosen, rejected)));
    all.add(mean("logps/chosen", logps(policy.chosen(), pairs.chosenInverse())));
    all.add(mean("logps/rejected", logps(policy.rejected(), pairs.rejectedInverse())));
    Value logits = MeanLogits.of(g, scored);
    all.add(mean("logits/chosen", logits, in.ofChosen()));
    all.add(mean("logits/rejected", logits, in.ofRejected()));
    Value ofAnswers = g.add(in.ofChosen(), in.ofRejected());
    all.add(mean("entropy", Result.ENTROPY.of(scored.results()), ofAnswers));
    all.add(mean("mean_token_accuracy", Result.CORRECT.of(scored.results()), in.ofChosen()));
    logged.more().forEach((name, link) -> all.add(mean(name, link.loss(scores))));
    return all;
  }

  private Value logps(Value sums, Value inverse) {
    return logged.perToken() ? pairs.g().mul(sums, inverse) : sums;
  }

  private Metric mean(String name, Value ofPairs) {
    return mean(name, ofPairs, pairs.real());
  }

  private Metric mean(String name, Value each, Value weight) {
    GraphBuilder g = pairs.g();
    return Metric.ratio(name, g.sumAll(g.mul(each, weight)), g.sumAll(weight));
  }
}
