package dev.fettle.algorithm.rl;

import dev.fettle.algorithm.rl.PolicyLoss.Level;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.Placement;
import dev.fettle.ir.Value;
import dev.fettle.ir.composite.LinearCrossEntropy.Result;
import dev.fettle.objective.ExampleSums;
import dev.fettle.objective.ObjectiveContext;
import dev.fettle.objective.SharedPrompts;
import dev.fettle.objective.TokenLogProbs;
import dev.fettle.objective.TokenLogProbs.Scored;
import dev.fettle.program.Program;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.DeviceTensor;
import dev.fettle.spi.Executable;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramCache;
import dev.fettle.spi.support.ProgramKey;
import dev.fettle.train.Policy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads sampled answers with a model as it stands: the log-probability of each token, by the code
 * that the loss uses, and what the critic says where the model has one.
 */
public final class TrajectoryScorer implements AutoCloseable {
  private static final String KIND = "score_answers";
  private static final String LOG_PROBS = "logprobs";
  private static final String VALUES = "values";

  private final Policy model;
  private final Function<ProgramBuilder, ObjectiveContext> view;
  private final TokenLogProbs logProbs;
  private final Optional<AnswerValues> values;
  private final int longest;
  private final ProgramCache.Share programs;

  /**
   * What is asked.
   *
   * @param temperature that divides the logits
   * @param values what the critic is asked for
   * @param longest answer there may be, in tokens
   */
  record Asked(double temperature, Optional<Level> values, int longest) {
    /** The log-probabilities alone. */
    Asked withoutValues() {
      return new Asked(temperature, Optional.empty(), longest);
    }
  }

  /**
   * What a model makes of an answer.
   *
   * @param logProbs of its tokens
   * @param values the critic's, of each token or one; empty where none was asked
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, not compared
  record Read(float[] logProbs, float[] values) {}

  private TrajectoryScorer(
      Policy model,
      Function<ProgramBuilder, ObjectiveContext> view,
      Asked asked,
      ProgramCache programs) {
    this.model = model;
    this.view = view;
    this.logProbs = new TokenLogProbs(new SharedPrompts(), asked.temperature());
    this.values = asked.values().map(AnswerValues::new);
    this.longest = asked.longest();
    this.programs = programs.share();
  }

  /** The model as it is when it is asked. */
  static TrajectoryScorer of(Policy model, Asked asked, ProgramCache programs) {
    return new TrajectoryScorer(model, model::frozenContext, asked, programs);
  }

  /** The model without its adapter, over the same slots; it has no critic. */
  static TrajectoryScorer withoutAdapter(Policy model, Asked asked, ProgramCache programs) {
    return new TrajectoryScorer(model, model::referenceContext, asked.withoutValues(), programs);
  }

  /** Reads the answers of a micro-batch, in the order of {@link MicroBatch#answers}. */
  List<Read> read(MicroBatch rows) {
    ProgramKey own = ExampleSums.key(TokenLogProbs.bounded(rows, longest), rows);
    Executable program = programs.get(own.forKind(KIND), () -> write(own));
    Map<String, HostTensor> inputs = logProbs.inputs(rows, own, 1);
    values.ifPresent(v -> v.put(inputs, rows, own));
    Map<String, DeviceTensor> results = program.run(model.state(), model.inputs(inputs));
    float[] each = taken(results, LOG_PROBS);
    float[] worth = values.isPresent() ? taken(results, VALUES) : new float[0];
    boolean byToken = values.map(v -> v.level() == Level.TOKEN).orElse(false);
    List<Read> read = new ArrayList<>();
    float[][] logs = byAnswer(rows, own, each);
    float[][] valued = byToken ? byAnswer(rows, own, worth) : new float[0][];
    for (int i = 0; i < logs.length; i++) {
      float[] of = byToken ? valued[i] : values.isPresent() ? new float[] {worth[i]} : worth;
      read.add(new Read(logs[i], of));
    }
    return read;
  }

  private static float[] taken(Map<String, DeviceTensor> results, String name) {
    try (DeviceTensor tensor = Objects.requireNonNull(results.get(name))) {
      return tensor.toHost().toFloats();
    }
  }

  /** From values of selected positions to those of each answer's tokens. */
  private static float[][] byAnswer(MicroBatch rows, ProgramKey key, float[] selected) {
    float[] laidOut = TokenLogProbs.laidOut(rows, key, selected);
    List<Placement> answers = rows.answers();
    float[][] all = new float[answers.size()][];
    for (int answer = 0; answer < all.length; answer++) {
      Placement at = answers.get(answer);
      float[] own = new float[at.length()];
      int from = at.row() * rows.length() + at.start();
      int n = 0;
      for (int i = from; i < from + at.length(); i++) {
        if (rows.targetMask()[i] != 0) {
          own[n++] = laidOut[i];
        }
      }
      all[answer] = Arrays.copyOf(own, n);
    }
    return all;
  }

  private Program write(ProgramKey key) {
    ProgramBuilder b = new ProgramBuilder(key.forKind(KIND).name());
    ObjectiveContext c = view.apply(b);
    Scored scored = logProbs.build(c, key);
    Value nll = Result.NLL.of(scored.results());
    b.output(LOG_PROBS, b.g().neg(nll));
    values.ifPresent(v -> b.output(VALUES, v.build(c, key, scored)));
    return b.build();
  }

  @Override
  public void close() {
    programs.close();
  }
}
