package dev.fettle.algorithm.preference;

import dev.fettle.data.batch.MicroBatch;
import dev.fettle.data.pack.Placement;
import dev.fettle.ir.DType;
import dev.fettle.ir.Dim;
import dev.fettle.ir.TensorType;
import dev.fettle.ir.Value;
import dev.fettle.objective.Counts;
import dev.fettle.objective.ExampleSums;
import dev.fettle.objective.TokenLogProbs;
import dev.fettle.program.ProgramBuilder;
import dev.fettle.spi.HostTensor;
import dev.fettle.spi.support.ProgramKey;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a preference program is told beside the tokens. Padding is told apart by zeros.
 *
 * @param tail what the tokens of the longer answer beyond the shorter one's length count
 */
record PairInputs(double tail) {
  static final String PAIRS = "pairs";
  static final String CHOSEN_TOKENS = "chosen_tokens";

  private static final String SHARE = "pair_share";
  private static final String REAL = "pair_real";
  private static final String INVERSE_LENGTHS = "inverse_lengths";
  private static final String REFERENCE = "reference_logprobs";
  private static final String OF_CHOSEN = "of_chosen";
  private static final String CHOSEN_SHARE = "chosen_share";
  private static final String TOKEN_WEIGHTS = "token_weights";

  /**
   * The inputs in a program; those that nothing is made of are not asked for.
   *
   * @param reference F32[answers]
   * @param inverseLengths F32[answers]
   * @param share F32[pairs]: one by the pairs of the step
   * @param real F32[pairs]: 1
   * @param ofChosen F32[selected]: 1 at the targets of chosen answers
   * @param chosenShare a scalar: one by the number of these in the step
   * @param tokenWeights F32[selected]: what each target counts in its answer's sum
   */
  record Declared(
      Value reference,
      Value inverseLengths,
      Value share,
      Value real,
      Value ofChosen,
      Value chosenShare,
      Value tokenWeights) {}

  /** Declares all. */
  static Declared declare(ProgramBuilder b, ProgramKey key) {
    int answers = ExampleSums.examples(key);
    TensorType answer = TensorType.of(DType.F32, new Dim("examples", answers));
    TensorType pair = TensorType.of(DType.F32, new Dim(PAIRS, answers / 2));
    TensorType target = TensorType.of(DType.F32, new Dim("selected", TokenLogProbs.selected(key)));
    return new Declared(
        b.input(REFERENCE, answer),
        b.input(INVERSE_LENGTHS, answer),
        b.input(SHARE, pair),
        b.input(REAL, pair),
        b.input(OF_CHOSEN, target),
        b.input(CHOSEN_SHARE, TensorType.scalar(DType.F32)),
        b.input(TOKEN_WEIGHTS, target));
  }

  /** The tensors of a micro-batch. */
  Map<String, HostTensor> tensors(PairBatch batch, ProgramKey key, Counts total) {
    int answers = ExampleSums.examples(key);
    int[] lengths = batch.lengths();
    float[] inverse = new float[answers];
    for (int i = 0; i < lengths.length; i++) {
      inverse[i] = 1f / lengths[i];
    }
    float[] share = new float[answers / 2];
    Arrays.fill(share, 0, batch.pairs(), (float) (1.0 / total.count(PAIRS)));
    float[] real = new float[answers / 2];
    Arrays.fill(real, 0, batch.pairs(), 1);
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    tensors.put(REFERENCE, HostTensor.ofFloats(Arrays.copyOf(batch.reference(), answers), answers));
    tensors.put(INVERSE_LENGTHS, HostTensor.ofFloats(inverse, answers));
    tensors.put(SHARE, HostTensor.ofFloats(share, share.length));
    tensors.put(REAL, HostTensor.ofFloats(real, real.length));
    tensors.put(CHOSEN_SHARE, HostTensor.scalar(DType.F32, 1.0 / total.count(CHOSEN_TOKENS)));
    targets(batch, TokenLogProbs.selected(key), lengths, tensors);
    return tensors;
  }

  /** Targets in the order in which {@link TokenLogProbs} selects them. */
  private void targets(
      PairBatch batch, int selected, int[] lengths, Map<String, HostTensor> tensors) {
    MicroBatch rows = batch.rows();
    boolean all = selected == rows.rows() * rows.length();
    float[] ofChosen = new float[selected];
    float[] weights = new float[selected];
    List<Placement> answers = rows.answers();
    int n = 0;
    for (int answer = 0; answer < answers.size(); answer++) {
      Placement at = answers.get(answer);
      int shorter = Math.min(lengths[answer], lengths[answer ^ 1]);
      int from = at.row() * rows.length() + at.start();
      int before = 0;
      for (int i = from; i < from + at.length(); i++) {
        if (rows.targetMask()[i] != 0) {
          int place = all ? i - 1 : n++;
          ofChosen[place] = answer % 2 == 0 ? 1 : 0;
          weights[place] = before++ < shorter ? 1 : (float) tail;
        }
      }
    }
    tensors.put(OF_CHOSEN, HostTensor.ofFloats(ofChosen, selected));
    tensors.put(TOKEN_WEIGHTS, HostTensor.ofFloats(weights, selected));
  }
}
