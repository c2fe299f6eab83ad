package dev.fettle.algorithm.rl;

import dev.fettle.algorithm.rl.PolicyLoss.KlTerm;
import dev.fettle.algorithm.rl.PolicyLoss.Level;
import dev.fettle.algorithm.rl.PolicyLoss.Ratio;
import dev.fettle.algorithm.rl.PolicyLoss.ValueLoss;
import dev.fettle.ir.DType;
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
import dev.fettle.objective.SharedPrompts;
import dev.fettle.objective.TokenLogProbs;
import dev.fettle.objective.TokenLogProbs.Scored;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The one loss of all policy gradients here. What each token counts is worked out on the host, so
 * that the program is the same for every way of aggregating.
 */
public final class PolicyGradientObjective implements Objective<TrajectoryBatch> {
  /** Counts the tokens of answers that are learnt. */
  static final String TOKENS = "answer_tokens";

  /** Counts all answers. */
  static final String ANSWERS = "answers";

  private static final String LEARNT = "learnt_answers";
  private static final String SHARES = "token_shares";
  private static final String MEANS = "token_means";
  private static final String ADVANTAGES = "advantages";
  private static final String SAMPLED = "sampled_logprobs";
  private static final String REFERENCE = "reference_logprobs";
  private static final String KL = "kl_coefficient";
  private static final String VALUES = "values_before";
  private static final String RETURNS = "returns";
  private static final String ANSWER_MEANS = "answer_means";

  private final PolicyLoss loss;
  private final TokenLogProbs logProbs;

  /** Minimises a loss. */
  public PolicyGradientObjective(PolicyLoss loss) {
    this.loss = loss;
    this.logProbs = new TokenLogProbs(new SharedPrompts(), loss.temperature());
  }

  @Override
  public ProgramKey key(TrajectoryBatch batch) {
    return ExampleSums.key(TokenLogProbs.bounded(batch.rows(), loss.longest()), batch.rows());
  }

  /**
   * What the terms of the loss are made of.
   *
   * @param logProbs F32[selected], as are the others
   * @param advantages by token
   * @param shares what each token counts; 0 at padding
   * @param means what it counts in a mean over all tokens
   */
  private record Tokens(Value logProbs, Value advantages, Value shares, Value means) {}

  @Override
  public Loss build(ObjectiveContext c, ProgramKey key) {
    GraphBuilder g = c.g();
    Scored scored = logProbs.build(c, key);
    Value nll = Result.NLL.of(scored.results());
    Tokens tokens =
        new Tokens(
            g.neg(nll),
            c.builder().input(ADVANTAGES, nll.type()),
            c.builder().input(SHARES, nll.type()),
            c.builder().input(MEANS, nll.type()));
    List<Metric> metrics = new ArrayList<>();
    Value policy = policy(c, key, tokens, metrics);
    metrics.add(0, Metric.sum("policy_loss", policy));
    Value entropy = g.sumAll(g.mul(Result.ENTROPY.of(scored.results()), tokens.means()));
    metrics.add(Metric.sum("entropy", entropy));
    Value total = policy;
    if (loss.entropy() != 0) {
      total = g.sub(total, g.scale(entropy, loss.entropy()));
    }
    if (loss.kl().isPresent()) {
      Value kl = kl(c, key, tokens, loss.kl().get());
      metrics.add(Metric.sum("kl_loss", kl));
      TensorType scalar = TensorType.scalar(DType.F32);
      total = g.add(total, g.mul(kl, c.builder().input(KL, scalar)));
    }
    if (loss.value().isPresent()) {
      Value value = value(c, key, scored, tokens.means());
      metrics.add(Metric.sum("value_loss", value));
      total = g.add(total, g.scale(value, loss.value().get().coefficient()));
    }
    return new Loss(total, metrics);
  }

  private Value policy(ObjectiveContext c, ProgramKey key, Tokens t, List<Metric> metrics) {
    GraphBuilder g = c.g();
    if (loss.surrogate().ratio() == Ratio.NONE) {
      return g.sumAll(g.mul(PolicyTerms.plain(g, t.logProbs(), t.advantages()), t.shares()));
    }
    Value difference = g.sub(t.logProbs(), sampled(c, t));
    Value ratios = PolicyTerms.ratio(g, difference);
    // Schulman's k3 of the policy that sampled from the one that learns.
    Value away = g.sub(g.offset(ratios, -1), difference);
    metrics.add(Metric.sum("approx_kl", g.sumAll(g.mul(away, t.means()))));
    if (loss.surrogate().ratio() == Ratio.TOKEN) {
      metrics.add(clipped(g, ratios, t.advantages(), t.means()));
      Value each = PolicyTerms.clipped(g, ratios, t.advantages(), loss.surrogate());
      return g.sumAll(g.mul(each, t.shares()));
    }
    // Of whole answers: their advantage is that of each token.
    Value ratio = ofAnswers(c, key, t);
    Value advantages = ExampleSums.of(c, key, g.mul(t.advantages(), t.means()));
    Value weights = ExampleSums.of(c, key, t.means());
    Value ofAnswers = g.div(advantages, g.max(weights, g.fill(1e-30, weights.type())));
    Value alike = c.builder().input(ANSWER_MEANS, ratio.type());
    metrics.add(clipped(g, ratio, ofAnswers, alike));
    // By tokens, an answer's share is that of all of them together.
    Value shares =
        loss.surrogate().ratio() == Ratio.ANSWER ? alike : ExampleSums.of(c, key, t.shares());
    return g.sumAll(g.mul(PolicyTerms.clipped(g, ratio, ofAnswers, loss.surrogate()), shares));
  }

  /** The ratios of whole answers. */
  private Value ofAnswers(ObjectiveContext c, ProgramKey key, Tokens t) {
    GraphBuilder g = c.g();
    Value real = scored(g, t);
    Value sums = ExampleSums.of(c, key, g.mul(g.sub(t.logProbs(), sampled(c, t)), real));
    if (loss.surrogate().ratio() == Ratio.ANSWER) {
      return PolicyTerms.ratio(g, sums);
    }
    Value lengths = ExampleSums.of(c, key, real);
    return PolicyTerms.ratio(g, g.div(sums, g.max(lengths, g.fill(1, lengths.type()))));
  }

  /** 1 at tokens that count. */
  private static Value scored(GraphBuilder g, Tokens t) {
    Value zero = g.fill(0, t.means().type());
    return g.cast(g.less(zero, t.means()), DType.F32);
  }

  private Metric clipped(GraphBuilder g, Value ratio, Value advantages, Value means) {
    Value is = PolicyTerms.isClipped(g, ratio, advantages, loss.surrogate());
    return Metric.sum("clip_ratio", g.sumAll(g.mul(is, means)));
  }

  private static Value sampled(ObjectiveContext c, Tokens t) {
    return c.builder().sharedInput(SAMPLED, t.logProbs().type());
  }

  private Value kl(ObjectiveContext c, ProgramKey key, Tokens t, KlTerm term) {
    GraphBuilder g = c.g();
    Value reference = c.builder().input(REFERENCE, t.logProbs().type());
    Value each = PolicyTerms.kl(g, term.estimator(), g.sub(t.logProbs(), reference));
    if (term.corrected() && loss.surrogate().ratio() == Ratio.ANSWER_MEAN) {
      Value sums = ExampleSums.of(c, key, g.mul(each, t.shares()));
      return g.sumAll(g.mul(sums, ofAnswers(c, key, t)));
    }
    if (term.corrected()) {
      Value before =
          loss.surrogate().ratio() == Ratio.NONE ? g.stopGradient(t.logProbs()) : sampled(c, t);
      each = g.mul(each, PolicyTerms.ratio(g, g.sub(t.logProbs(), before)));
    }
    return g.sumAll(g.mul(each, t.shares()));
  }

  private Value value(ObjectiveContext c, ProgramKey key, Scored scored, Value means) {
    GraphBuilder g = c.g();
    ValueLoss of = loss.value().orElseThrow();
    Value values = new AnswerValues(of.level()).build(c, key, scored);
    Value returns = c.builder().input(RETURNS, values.type());
    Value each =
        of.clip().isPresent()
            ? PolicyTerms.clippedValueLoss(
                g,
                values,
                c.builder().input(VALUES, values.type()),
                returns,
                of.clip().getAsDouble())
            : PolicyTerms.valueLoss(g, values, returns);
    Value weights =
        of.level() == Level.TOKEN ? means : c.builder().sharedInput(ANSWER_MEANS, values.type());
    return g.sumAll(g.mul(each, weights));
  }

  @Override
  public Map<String, HostTensor> inputs(TrajectoryBatch batch, ProgramKey key, Counts total) {
    Map<String, HostTensor> inputs = logProbs.inputs(batch.rows(), key, 1);
    inputs.putAll(ExampleSums.inputs(batch.rows(), key));
    float mean = (float) (1.0 / Math.max(1, total.count(TOKENS)));
    put(inputs, MEANS, batch, key, batch.laidOut(t -> alone(t.learnt() ? mean : 0)));
    put(inputs, SHARES, batch, key, batch.laidOut(t -> alone(share(t, total))));
    put(inputs, ADVANTAGES, batch, key, batch.laidOut(Trajectory::advantages));
    put(inputs, SAMPLED, batch, key, batch.laidOut(Trajectory::logProbs));
    put(inputs, REFERENCE, batch, key, batch.laidOut(Trajectory::reference));
    inputs.put(KL, HostTensor.scalar(DType.F32, batch.klCoefficient()));
    loss.value().ifPresent(value -> critic(inputs, batch, key, value.level()));
    inputs.put(ANSWER_MEANS, answerMeans(batch, key, total));
    return inputs;
  }

  private static float[] alone(double value) {
    return new float[] {(float) value};
  }

  private double share(Trajectory t, Counts total) {
    return t.learnt() ? loss.aggregation().share(total, t.targets(), loss.longest()) : 0;
  }

  private static void put(
      Map<String, HostTensor> inputs,
      String name,
      TrajectoryBatch batch,
      ProgramKey key,
      float[] laidOut) {
    float[] selected = TokenLogProbs.selected(batch.rows(), key, laidOut);
    inputs.put(name, HostTensor.ofFloats(selected, selected.length));
  }

  private static void critic(
      Map<String, HostTensor> inputs, TrajectoryBatch batch, ProgramKey key, Level level) {
    new AnswerValues(level).put(inputs, batch.rows(), key);
    if (level == Level.TOKEN) {
      put(inputs, VALUES, batch, key, batch.laidOut(Trajectory::values));
      put(inputs, RETURNS, batch, key, batch.laidOut(Trajectory::returns));
      return;
    }
    int examples = ExampleSums.examples(key);
    float[] before = new float[examples];
    float[] returns = new float[examples];
    for (int i = 0; i < batch.answers().size(); i++) {
      before[i] = batch.answers().get(i).values()[0];
      returns[i] = batch.answers().get(i).returns()[0];
    }
    inputs.put(VALUES, HostTensor.ofFloats(before, examples));
    inputs.put(RETURNS, HostTensor.ofFloats(returns, examples));
  }

  /** What each answer counts: of the critic's all that are learnt, of a ratio's all there are. */
  private HostTensor answerMeans(TrajectoryBatch batch, ProgramKey key, Counts total) {
    Ratio ratio = loss.surrogate().ratio();
    boolean ratios = ratio == Ratio.ANSWER || ratio == Ratio.ANSWER_MEAN;
    long all = total.count(ratios ? ANSWERS : LEARNT);
    float[] means = new float[ExampleSums.examples(key)];
    for (int i = 0; i < batch.answers().size(); i++) {
      means[i] = batch.answers().get(i).learnt() ? (float) (1.0 / Math.max(1, all)) : 0;
    }
    return HostTensor.ofFloats(means, means.length);
  }

  @Override
  public Counts counts(TrajectoryBatch batch) {
    return Counts.of(batch.rows().tokens(), TOKENS, batch.learntTokens())
        .and(ANSWERS, batch.answers().size())
        .and(LEARNT, batch.learntAnswers());
  }
}
