package dev.fettle.algorithm.rl;

import dev.fettle.algorithm.rl.PolicyLoss.Level;
import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.Placement;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.GraphBuilder;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.models.head.ValueHead;
import dev.fettle.objective.ExampleSums;
import dev.fettle.objective.ObjectiveContext;
import dev.fettle.objective.TokenLogProbs.Read;
import dev.fettle.objective.TokenLogProbs.Scored;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a critic says: of the state before each token of an answer, or of the whole prompt, which is
 * the mean over its tokens.
 *
 * @param level of the values
 */
record AnswerValues(Level level) {
  private static final String OWNER = "prompt_owner";
  private static final String WEIGHT = "prompt_weight";

  /**
   * Appends the values.
   *
   * @return F32[selected], or F32[examples] of prompts; of padding they mean nothing
   */
  Value build(ObjectiveContext c, ProgramKey key, Scored scored) {
    GraphBuilder g = c.g();
    Read read = scored.read();
    Value all = c.spec().head(ValueHead.class).apply(read.scope(), read.tokens(), read.hidden());
    if (level == Level.TOKEN) {
      return read.selected().apply(all);
    }
    // The tokens before each answer in its own segment: sequences stand in rows whole.
    int examples = ExampleSums.examples(key);
    TensorType each = all.type().withDType(DType.I32);
    Value weight = c.builder().input(WEIGHT, all.type());
    Dim bucket = new Dim("examples", examples + 1L);
    Value sums =
        g.scatterAdd(
            g.fill(0, TensorType.of(DType.F32, bucket)),
            c.builder().input(OWNER, each),
            g.mul(all, weight));
    return g.sliceAxis(sums, 0, 0, new Dim("examples", examples));
  }

  /** The tensors of a micro-batch. */
  void put(Map<String, HostTensor> inputs, MicroBatch rows, ProgramKey key) {
    if (level == Level.TOKEN) {
      return;
    }
    int size = rows.rows() * rows.length();
    int[] owner = new int[size];
    Arrays.fill(owner, ExampleSums.examples(key));
    float[] weight = new float[size];
    List<Placement> answers = rows.answers();
    for (int answer = 0; answer < answers.size(); answer++) {
      int from = answers.get(answer).row() * rows.length() + answers.get(answer).start();
      int end = from;
      while (rows.targetMask()[end] == 0) {
        end++;
      }
      for (int i = from; i < end; i++) {
        owner[i] = answer;
        weight[i] = 1f / (end - from);
      }
    }
    inputs.put(OWNER, HostTensor.ofInts(owner, size));
    inputs.put(WEIGHT, HostTensor.ofFloats(weight, size));
  }
}
