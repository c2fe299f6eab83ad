package dev.fettle.algorithm.preference;

import dev.fettle.algorithm.preference.Pairs.Split;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.LinearCrossEntropy.Result;
import dev.fettle.objective.Counts;
import dev.fettle.objective.ExampleSums;
import dev.fettle.objective.Loss;
import dev.fettle.objective.Metric;
import dev.fettle.objective.Objective;
import dev.fettle.objective.ObjectiveContext;
import dev.fettle.objective.SharedPrompts;
import dev.fettle.objective.TokenLogProbs;
import dev.fettle.objective.TokenLogProbs.Scored;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A loss over pairs of answers: each answer's log-probability, summed over its tokens, less the
 * reference's; a score of that; and links from the two scores of a pair to a loss, averaged over
 * the pairs of the step.
 */
public final class PreferenceObjective implements Objective<PairBatch> {
  private final PreferenceLoss loss;
  private final TokenLogProbs logProbs = new TokenLogProbs(new SharedPrompts());
  private final PairInputs pairInputs;

  /** Minimises a loss. */
  public PreferenceObjective(PreferenceLoss loss) {
    this.loss = loss;
    this.pairInputs = new PairInputs(loss.tail(), loss.likelihood().withPrompt());
  }

  @Override
  public ProgramKey key(PairBatch batch) {
    return pairInputs.key(batch);
  }

  @Override
  public Loss build(ObjectiveContext c, ProgramKey key) {
    GraphBuilder g = c.g();
    Scored scored = logProbs.build(c, key);
    PairInputs.Declared in = PairInputs.declare(c.builder(), key);
    Value nll = Result.NLL.of(scored.results());
    boolean alike = loss.tail() == 1 && !loss.likelihood().withPrompt();
    Value sums = ExampleSums.of(c, key, g.neg(alike ? nll : g.mul(nll, in.tokenWeights())));
    Pairs pairs = pairs(g, sums, in);
    Value each = loss.of(pairs);
    if (loss.weighting() == Weighting.WPO) {
      each = g.mul(each, agreement(c, key, scored, in));
    }
    Value total = g.sumAll(g.mul(each, in.share()));
    if (loss.target() != 0) {
      Value moved = g.sumAll(g.mul(g.neg(sums), in.targetShares()));
      total = g.add(total, g.scale(moved, loss.target()));
    }
    PairMetrics metrics = new PairMetrics(pairs, Pairs.split(g, sums), loss.logged());
    List<Metric> all = new ArrayList<>(metrics.all(scored, in));
    if (loss.likelihood().weight() != 0) {
      Value learnt = g.mul(g.sumAll(g.mul(nll, in.learnt())), in.learntShare());
      all.add(Metric.sum("nll_loss", learnt));
      total = g.add(total, g.scale(learnt, loss.likelihood().weight()));
    }
    return new Loss(total, all);
  }

  /** How likely the policy is to give both answers, by pair: the weights of WPO. */
  private static Value agreement(
      ObjectiveContext c, ProgramKey key, Scored scored, PairInputs.Declared in) {
    GraphBuilder g = c.g();
    Value scale = SelfAgreement.of(g, scored, TokenLogProbs.chunk(c, key), c.options().precision());
    Value logProbs = g.stopGradient(g.neg(Result.NLL.of(scored.results())));
    Value ofAnswers = g.add(in.ofChosen(), in.ofRejected());
    Value sums = ExampleSums.of(c, key, g.mul(g.sub(logProbs, scale), ofAnswers));
    Split means = Pairs.split(g, g.mul(sums, in.inverseLengths()));
    return g.exp(g.add(means.chosen(), means.rejected()));
  }

  private static Pairs pairs(GraphBuilder g, Value sums, PairInputs.Declared in) {
    Split ratios = Pairs.split(g, g.sub(sums, in.reference()));
    Split inverse = Pairs.split(g, in.inverseLengths());
    return new Pairs(
        g,
        ratios.chosen(),
        ratios.rejected(),
        inverse.chosen(),
        inverse.rejected(),
        Pairs.split(g, in.reference()).difference(g),
        in.real());
  }

  @Override
  public Map<String, HostTensor> inputs(PairBatch batch, ProgramKey key, Counts total) {
    Map<String, HostTensor> inputs = pairInputs.tensors(batch, key, total);
    inputs.putAll(logProbs.inputs(pairInputs.scored(batch), key, 1));
    return inputs;
  }

  @Override
  public Counts counts(PairBatch batch) {
    return Counts.of(batch.rows().tokens(), PairInputs.PAIRS, batch.pairs())
        .and(PairInputs.LEARNT_TOKENS, pairInputs.learntTokens(batch));
  }
}
