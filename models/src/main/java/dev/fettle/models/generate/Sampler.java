package dev.fettle.models.generate;

import dev.fettle.models.generate.SamplingOptions.Choice;
import dev.fettle.models.random.RandomStream;
import java.util.BitSet;

/**
 * Chooses the next token on the host, so that every backend draws the same: by transformers'
 * processors in their order, repetition penalty, temperature, top-k, top-p, min-p. For one thread.
 */
public final class Sampler {
  private final Choice choice;
  private final Candidates candidates;
  private final Weights weights;
  private final float[] scratch;

  /** A sampler for a vocabulary of so many tokens. */
  public Sampler(Choice choice, int vocab) {
    this.choice = choice;
    this.candidates = new Candidates(vocab);
    this.weights = new Weights(vocab);
    this.scratch = new float[vocab];
  }

  /**
   * Chooses a token.
   *
   * @param logits one a token id; changed where there is a repetition penalty
   * @param seen the ids that are there already, the prompt's among them
   * @param draws the sequence's own; one number is taken unless the likeliest is wanted
   * @throws GenerationException where they are no distribution: NaN always; infinite, or minus
   *     infinite all, where a draw is made
   */
  public Pick pick(float[] logits, BitSet seen, RandomStream draws) {
    if (hasNaN(logits)) {
      throw notNumbers(logits);
    }
    float[] raw = choice.repetitionPenalty() == 1 ? logits : logits.clone();
    penalize(logits, seen, choice.repetitionPenalty());
    if (choice.temperature() == 0) {
      int best = argmax(logits);
      return new Pick(best, (float) (raw[best] - logSumExp(raw)), 0);
    }
    // With nothing changed, the weights are the model's own.
    boolean same = raw == logits && choice.temperature() == 1;
    if (isWhole(logits.length)) {
      float largest = requireFinite(largest(logits));
      double total = weights.weigh(logits, largest, choice.temperature());
      double own = same ? largest + Math.log(total) : logSumExp(raw);
      int id = weights.at(draws.nextDouble());
      return new Pick(id, (float) (raw[id] - own), (float) Math.log(weights.share(id)));
    }
    collect(logits);
    weigh();
    double own = logSumExp(raw);
    double total = filter();
    int drawn = draw(draws.nextDouble(), total);
    int id = candidates.id(drawn);
    return new Pick(id, (float) (raw[id] - own), (float) Math.log(candidates.share(drawn, total)));
  }

  /** Whether all of so many tokens may be drawn. */
  private boolean isWhole(int vocab) {
    boolean all = choice.topK() == 0 || choice.topK() >= vocab;
    return all && choice.topP() == 1 && choice.minP() == 0;
  }

  /**
   * Draws from the likeliest tokens, where the device has found them and there is no penalty.
   *
   * @param ids those that top-k keeps, in increasing order
   * @param logits of these
   * @param own logarithm of the sum of all tokens' exponentials
   */
  Pick pickAmong(int[] ids, float[] logits, double own, RandomStream draws) {
    candidates.clear();
    for (int i = 0; i < ids.length; i++) {
      candidates.add(ids[i], logits[i]);
    }
    weigh();
    double total = filter();
    int drawn = draw(draws.nextDouble(), total);
    return new Pick(
        candidates.id(drawn),
        (float) (candidates.logit(drawn) - own),
        (float) Math.log(candidates.share(drawn, total)));
  }

  private static boolean hasNaN(float[] logits) {
    boolean found = false;
    for (float logit : logits) {
      found |= Float.isNaN(logit);
    }
    return found;
  }

  private static GenerationException notNumbers(float[] logits) {
    int broken = 0;
    for (float logit : logits) {
      broken += Float.isNaN(logit) ? 1 : 0;
    }
    return new GenerationException(
        "cannot be chosen: "
            + broken
            + " of "
            + logits.length
            + " logits are not numbers (NaN). The model's weights have diverged or are damaged");
  }

  /** The largest of numbers. */
  private static float largest(float[] logits) {
    float largest = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      // Several times as fast as Math.max, which tells the two zeros apart.
      if (logit > largest) {
        largest = logit;
      }
    }
    return largest;
  }

  /** Infinite where a logit is plus infinity; then no log-probability is a number, as in torch. */
  static double logSumExp(float[] logits) {
    float largest = largest(logits);
    double sum = 0;
    for (float logit : logits) {
      sum += Exponentials.exp((double) logit - largest);
    }
    return largest + Math.log(sum);
  }

  static int argmax(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  /** Keskar et al., 2019 (CTRL): each token once, however often it occurred. */
  static void penalize(float[] logits, BitSet seen, double penalty) {
    if (penalty == 1) {
      return;
    }
    for (int id = seen.nextSetBit(0); id >= 0; id = seen.nextSetBit(id + 1)) {
      logits[id] = (float) (logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty);
    }
  }

  /** The probabilities after temperature and filters, by token id; 0 for what is left out. */
  double[] distribution(float[] logits) {
    collect(logits);
    weigh();
    double total = filter();
    double[] p = new double[logits.length];
    for (int i = 0; i < candidates.count(); i++) {
      p[candidates.id(i)] = candidates.share(i, total);
    }
    return p;
  }

  /** All tokens, or those that top-k keeps: ties with the k-th stay, as in transformers. */
  private void collect(float[] logits) {
    candidates.clear();
    boolean all = choice.topK() == 0 || choice.topK() >= logits.length;
    float threshold =
        all ? Float.NEGATIVE_INFINITY : Ranks.kthLargest(logits, choice.topK(), scratch);
    for (int id = 0; id < logits.length; id++) {
      if (logits[id] >= threshold) {
        candidates.add(id, logits[id]);
      }
    }
  }

  /** Weighs the candidates. */
  private void weigh() {
    candidates.weigh(requireFinite(candidates.largest()), choice.temperature());
  }

  private static float requireFinite(float largest) {
    if (Float.isInfinite(largest)) {
      throw new GenerationException(
          "cannot be drawn: the largest logit is "
              + largest
              + ", so there are no probabilities. The model's weights have diverged or are damaged");
    }
    return largest;
  }

  /** Drops candidates that are not likely enough; gives the weight of those that are left. */
  private double filter() {
    if (choice.topP() < 1) {
      candidates.keepLikeliest(choice.topP());
    }
    if (choice.minP() > 0) {
      candidates.keepShareOfLargest(choice.minP());
    }
    return candidates.total();
  }

  /** By inversion, in the order of the ids. */
  private int draw(double uniform, double total) {
    double u = uniform;
    int last = 0;
    for (int i = 0; i < candidates.count(); i++) {
      double p = candidates.share(i, total);
      if (p > 0) {
        last = i;
        u -= p;
        if (u < 0) {
          return i;
        }
      }
    }
    return last;
  }
}
