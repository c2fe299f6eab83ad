package dev.fettle.algorithm.kto;

import dev.fettle.algorithm.preference.MeanLogits;
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
import dev.fettle.objective.SharedPrompts;
import dev.fettle.objective.TokenLogProbs;
import dev.fettle.objective.TokenLogProbs.Scored;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The loss over judged answers: {@code weight s(-sign beta (r - z))}, with sign 1 for a wanted
 * answer and -1 for one that is not, which is {@code weight (1 - s(sign beta (r - z)))}; averaged
 * over the answers of the step.
 */
public final class KtoObjective implements Objective<JudgedBatch> {
  private static final String ANSWERS = "answers";
  private static final String WANTED = "wanted";

  private static final String REFERENCE = "reference_logprobs";
  private static final String DISTANCE = "distance";
  private static final String SIGN = "sign";
  private static final String SHARE = "answer_share";
  private static final String IS_WANTED = "is_wanted";
  private static final String IS_UNWANTED = "is_unwanted";
  private static final String MARGIN_SHARE = "margin_share";
  private static final String MARGIN_PART = "margin_part";
  private static final String OF_WANTED = "of_wanted";
  private static final String OF_UNWANTED = "of_unwanted";

  private final KtoSettings settings;
  private final TokenLogProbs logProbs = new TokenLogProbs(new SharedPrompts());

  /** Minimises the loss with these settings. */
  public KtoObjective(KtoSettings settings) {
    this.settings = settings;
  }

  @Override
  public ProgramKey key(JudgedBatch batch) {
    return ExampleSums.key(TokenLogProbs.key(batch.rows()), batch.rows());
  }

  @Override
  public Loss build(ObjectiveContext c, ProgramKey key) {
    GraphBuilder g = c.g();
    ProgramBuilder b = c.builder();
    Scored scored = logProbs.build(c, key);
    Value sums = ExampleSums.of(c, key, g.neg(Result.NLL.of(scored.results())));
    TensorType answer = TensorType.of(DType.F32, new Dim("examples", ExampleSums.examples(key)));
    Value ratios = g.sub(sums, b.input(REFERENCE, answer));
    Value beyond = g.sub(ratios, b.sharedInput(DISTANCE, answer));
    Value against = g.mul(beyond, b.input(SIGN, answer));
    Value each = g.logistic(g.scale(against, -settings.beta()));
    Value total = g.sumAll(g.mul(each, b.input(SHARE, answer)));
    return new Loss(total, metrics(c, new Parts(sums, ratios, answer), scored));
  }

  /**
   * What metrics are made of.
   *
   * @param sums log-probabilities
   * @param ratios less the reference's
   * @param answer the type of both
   */
  private record Parts(Value sums, Value ratios, TensorType answer) {}

  private List<Metric> metrics(ObjectiveContext c, Parts parts, Scored scored) {
    GraphBuilder g = c.g();
    ProgramBuilder b = c.builder();
    Value wanted = b.input(IS_WANTED, parts.answer());
    Value unwanted = b.input(IS_UNWANTED, parts.answer());
    Value rewards = g.scale(parts.ratios(), settings.beta());
    Value logits = MeanLogits.of(g, scored);
    TensorType target = scored.weights().type();
    Value ofWanted = b.input(OF_WANTED, target);
    Value ofUnwanted = b.input(OF_UNWANTED, target);
    List<Metric> all = new ArrayList<>();
    all.add(mean(g, "rewards/chosen", rewards, wanted));
    all.add(mean(g, "rewards/rejected", rewards, unwanted));
    all.add(
        Metric.ratio(
            "rewards/margins",
            g.sumAll(g.mul(rewards, b.input(MARGIN_SHARE, parts.answer()))),
            g.sumAll(b.input(MARGIN_PART, parts.answer()))));
    all.add(mean(g, "logps/chosen", parts.sums(), wanted));
    all.add(mean(g, "logps/rejected", parts.sums(), unwanted));
    all.add(mean(g, "logits/chosen", logits, ofWanted));
    all.add(mean(g, "logits/rejected", logits, ofUnwanted));
    Value distance = b.sharedInput(DISTANCE, parts.answer());
    all.add(mean(g, "kl", distance, g.add(wanted, unwanted)));
    all.add(mean(g, "entropy", Result.ENTROPY.of(scored.results()), g.add(ofWanted, ofUnwanted)));
    return all;
  }

  private static Metric mean(GraphBuilder g, String name, Value each, Value weight) {
    return Metric.ratio(name, g.sumAll(g.mul(each, weight)), g.sumAll(weight));
  }

  @Override
  public Map<String, HostTensor> inputs(JudgedBatch batch, ProgramKey key, Counts total) {
    Columns columns = new Columns(ExampleSums.examples(key));
    double all = total.count(ANSWERS);
    double wanted = total.count(WANTED);
    boolean both = wanted > 0 && wanted < all;
    for (int i = 0; i < batch.answers(); i++) {
      boolean good = batch.desirable()[i];
      double weight = good ? settings.desirableWeight() : settings.undesirableWeight();
      columns.put(REFERENCE, i, batch.reference()[i]);
      columns.put(DISTANCE, i, batch.distance());
      columns.put(SIGN, i, good ? 1 : -1);
      columns.put(SHARE, i, weight / all);
      columns.put(good ? IS_WANTED : IS_UNWANTED, i, 1);
      // The difference of two means, which there is only where both are.
      double part = !both ? 0 : good ? 1 / wanted : -1 / (all - wanted);
      columns.put(MARGIN_SHARE, i, part);
      columns.put(MARGIN_PART, i, Math.abs(part) / 2);
    }
    Map<String, HostTensor> inputs = columns.tensors();
    put(OF_WANTED, batch.answerTokens(true), batch, key, inputs);
    put(OF_UNWANTED, batch.answerTokens(false), batch, key, inputs);
    inputs.putAll(logProbs.inputs(batch.rows(), key, 1));
    inputs.putAll(ExampleSums.inputs(batch.rows(), key));
    return inputs;
  }

  private static void put(
      String name,
      float[] ofTokens,
      JudgedBatch batch,
      ProgramKey key,
      Map<String, HostTensor> inputs) {
    float[] values = TokenLogProbs.selected(batch.rows(), key, ofTokens);
    inputs.put(name, HostTensor.ofFloats(values, values.length));
  }

  /** Values of answers by name; 0 where nothing is put. */
  private record Columns(int size, Map<String, float[]> values) {

    Columns(int size) {
      this(size, new LinkedHashMap<>());
      for (String name :
          List.of(
              REFERENCE,
              DISTANCE,
              SIGN,
              SHARE,
              IS_WANTED,
              IS_UNWANTED,
              MARGIN_SHARE,
              MARGIN_PART)) {
        values.put(name, new float[size]);
      }
    }

    void put(String name, int at, double value) {
      values.getOrDefault(name, new float[size])[at] = (float) value;
    }

    Map<String, HostTensor> tensors() {
      Map<String, HostTensor> tensors = new LinkedHashMap<>();
      values.forEach((name, column) -> tensors.put(name, HostTensor.ofFloats(column, size)));
      return tensors;
    }
  }

  @Override
  public Counts counts(JudgedBatch batch) {
    return Counts.of(batch.rows().tokens(), ANSWERS, batch.answers()).and(WANTED, batch.wanted());
  }
}
