package dev.fettle.algorithm.preference;

import dev.fettle.data.batch.MicroBatch;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.LinearCrossEntropy.Result;
import dev.fettle.objective.ExampleSums;
import dev.fettle.objective.ObjectiveContext;
import dev.fettle.objective.SharedPrompts;
import dev.fettle.objective.TokenLogProbs;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.spi.support.ProgramKey;
import dev.fettle.train.Policy;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Scores answers with a model as it stands, by the code that the policy's own log-probabilities are
 * computed with, so that equal models give equal values.
 */
public final class ReferenceScorer implements Reference {
  private static final String SUMS = "sums";
  private static final String KIND = "reference";
  private static final String WEIGHTS = "token_weights";

  private final Policy model;
  private final Function<ProgramBuilder, ObjectiveContext> view;
  private final ProgramCache.Share programs;
  private final TokenLogProbs logProbs = new TokenLogProbs(new SharedPrompts());

  private ReferenceScorer(
      Policy model, Function<ProgramBuilder, ObjectiveContext> view, ProgramCache programs) {
    this.model = model;
    this.view = view;
    this.programs = programs.share();
  }

  /** The model as it is when it is asked. */
  public static ReferenceScorer of(Policy model, ProgramCache programs) {
    return new ReferenceScorer(model, model::frozenContext, programs);
  }

  /** The model without its adapter, over the same slots. */
  public static ReferenceScorer withoutAdapter(Policy model, ProgramCache programs) {
    return new ReferenceScorer(model, model::referenceContext, programs);
  }

  @Override
  public float[] logProbs(MicroBatch rows, float[] tokenWeights) {
    int answers = rows.answers().size();
    ProgramKey own = ExampleSums.key(TokenLogProbs.key(rows), answers);
    Executable program = programs.get(own.forKind(KIND), () -> write(own));
    Map<String, HostTensor> inputs = logProbs.inputs(rows, own, 1);
    float[] weights = TokenLogProbs.selected(rows, own, tokenWeights);
    inputs.put(WEIGHTS, HostTensor.ofFloats(weights, weights.length));
    inputs.putAll(ExampleSums.inputs(rows, own));
    Map<String, DeviceTensor> results = program.run(model.state(), model.inputs(inputs));
    try (DeviceTensor sums = Objects.requireNonNull(results.get(SUMS))) {
      return Arrays.copyOf(sums.toHost().toFloats(), answers);
    }
  }

  /** The program that answers like these are scored with. */
  Program program(MicroBatch rows) {
    return write(ExampleSums.key(TokenLogProbs.key(rows), rows.answers().size()));
  }

  /** Whose weights it reads. */
  public Policy model() {
    return model;
  }

  private Program write(ProgramKey key) {
    ProgramBuilder b = new ProgramBuilder(key.forKind(KIND).name());
    GraphBuilder g = b.g();
    ObjectiveContext c = view.apply(b);
    Value nll = Result.NLL.of(logProbs.build(c, key).results());
    Value weights = b.input(WEIGHTS, nll.type());
    b.output(SUMS, ExampleSums.of(c, key, g.neg(g.mul(nll, weights))));
    return b.build();
  }

  @Override
  public void close() {
    programs.close();
  }
}
