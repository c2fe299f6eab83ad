package dev.fettle.algorithm.preference;

import dev.fettle.data.batch.MicroBatch;
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
import java.util.Map;

/**
 * What a preference program is told beside the tokens. Padding is told apart by zeros.
 *
 * @param tail what the tokens of the longer answer beyond the shorter one's length count
 * @param withPrompt whether the prompts of chosen answers are predicted too
 */
record PairInputs(double tail, boolean withPrompt) {
  static final String PAIRS = "pairs";
  static final String LEARNT_TOKENS = "learnt_tokens";

  private static final String SHARE = "pair_share";
  private static final String REAL = "pair_real";
  private static final String INVERSE_LENGTHS = "inverse_lengths";
  private static final String REFERENCE = "reference_logprobs";
  private static final String OF_CHOSEN = "of_chosen";
  private static final String OF_REJECTED = "of_rejected";
  private static final String LEARNT = "learnt";
  private static final String LEARNT_SHARE = "learnt_share";
  private static final String TOKEN_WEIGHTS = "token_weights";
  private static final String TARGET_SHARES = "target_shares";

  /**
   * The inputs in a program; those that nothing is made of are not asked for.
   *
   * @param reference F32[answers]
   * @param inverseLengths F32[answers]
   * @param share F32[pairs]: one by the pairs of the step
   * @param real F32[pairs]: 1
   * @param ofChosen F32[selected]: 1 at the tokens of chosen answers
   * @param ofRejected F32[selected]: 1 at the tokens of rejected answers
   * @param learnt F32[selected]: 1 at the tokens whose likelihood is learnt
   * @param learntShare a scalar: one by the number of these in the step
   * @param tokenWeights F32[selected]: what each token counts in its answer's sum
   * @param targetShares F32[answers]: a pair's share at its target, and less that at the chosen
   *     answer the target stands for; 0 elsewhere
   */
  record Declared(
      Value reference,
      Value inverseLengths,
      Value share,
      Value real,
      Value ofChosen,
      Value ofRejected,
      Value learnt,
      Value learntShare,
      Value tokenWeights,
      Value targetShares) {}

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
        b.input(OF_REJECTED, target),
        b.input(LEARNT, target),
        b.input(LEARNT_SHARE, TensorType.scalar(DType.F32)),
        b.input(TOKEN_WEIGHTS, target),
        b.input(TARGET_SHARES, answer));
  }

  /** The rows with all that is predicted of them. */
  MicroBatch scored(PairBatch batch) {
    return withPrompt ? batch.rows().predicting(batch.predictedWithPrompts()) : batch.rows();
  }

  /** The sizes of a micro-batch. */
  ProgramKey key(PairBatch batch) {
    return ExampleSums.key(
        TokenLogProbs.key(scored(batch)), 2 * batch.pairs() + batch.held().size());
  }

  /** Tokens whose likelihood is learnt. */
  long learntTokens(PairBatch batch) {
    long sum = 0;
    for (float learnt : batch.learnt(withPrompt)) {
      sum += (long) learnt;
    }
    return sum;
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
    float[] shares = batch.targetShares((float) (1.0 / total.count(PAIRS)), answers);
    tensors.put(TARGET_SHARES, HostTensor.ofFloats(shares, answers));
    tensors.put(LEARNT_SHARE, HostTensor.scalar(DType.F32, 1.0 / total.count(LEARNT_TOKENS)));
    MicroBatch scored = scored(batch);
    put(OF_CHOSEN, batch.answerTokens(0), scored, key, tensors);
    put(OF_REJECTED, batch.answerTokens(1), scored, key, tensors);
    put(LEARNT, batch.learnt(withPrompt), scored, key, tensors);
    put(TOKEN_WEIGHTS, batch.tokenWeights(tail), scored, key, tensors);
    tensors.putAll(ExampleSums.inputs(scored, batch.withTargets(), key));
    return tensors;
  }

  private static void put(
      String name,
      float[] ofTokens,
      MicroBatch scored,
      ProgramKey key,
      Map<String, HostTensor> tensors) {
    float[] values = TokenLogProbs.selected(scored, key, ofTokens);
    tensors.put(name, HostTensor.ofFloats(values, values.length));
  }
}
