package dev.fettle.algorithm.preference;

import dev.fettle.algorithm.preference.Pairs.Split;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.LinearCrossEntropy.Result;
import dev.fettle.objective.Counts;
import dev.fettle.objective.ExampleSums;
import dev.fettle.objective.Loss;
import dev.fettle.objective.Objective;
import dev.fettle.objective.ObjectiveContext;
import dev.fettle.objective.SharedPrompts;
import dev.fettle.objective.TokenLogProbs;
import dev.fettle.objective.TokenLogProbs.Scored;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramKey;
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
    this.pairInputs = new PairInputs(loss.tail());
  }

  @Override
  public ProgramKey key(PairBatch batch) {
    return ExampleSums.key(TokenLogProbs.key(batch.rows()), batch.rows());
  }

  @Override
  public Loss build(ObjectiveContext c, ProgramKey key) {
    GraphBuilder g = c.g();
    Scored scored = logProbs.build(c, key);
    PairInputs.Declared in = PairInputs.declare(c.builder(), key);
    Value nll = Result.NLL.of(scored.results());
    boolean alike = loss.tail() == 1;
    Value sums = ExampleSums.of(c, key, g.neg(alike ? nll : g.mul(nll, in.tokenWeights())));
    Pairs pairs = pairs(g, sums, in);
    Value total = g.sumAll(g.mul(loss.of(pairs), in.share()));
    if (loss.likelihood() != 0) {
      Value ofChosen = g.mul(g.sumAll(g.mul(nll, in.ofChosen())), in.chosenShare());
      total = g.add(total, g.scale(ofChosen, loss.likelihood()));
    }
    Split policy = Pairs.split(g, sums);
    return new Loss(total, new PairMetrics(pairs, policy, loss.beta()).all(scored, in));
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
    inputs.putAll(logProbs.inputs(batch.rows(), key, 1));
    inputs.putAll(ExampleSums.inputs(batch.rows(), key));
    return inputs;
  }

  @Override
  public Counts counts(PairBatch batch) {
    return Counts.of(batch.rows().tokens(), PairInputs.PAIRS, batch.pairs())
        .and(PairInputs.CHOSEN_TOKENS, batch.chosenTokens());
  }
}
