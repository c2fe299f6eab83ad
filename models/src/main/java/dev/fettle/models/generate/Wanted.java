package dev.fettle.models.generate;

/**
 * What a program gives of the next token of each row. The fewer numbers, the less crosses from the
 * device to the host.
 */
enum Wanted {
  /** Every logit. */
  LOGITS,
  /** The likeliest token and its logit, and the logarithm of the sum of all exponentials. */
  BEST,
  /** The likeliest so many tokens and their logits, and the same logarithm. */
  TOP;

  /**
   * Tokens a {@link #TOP} program gives: the most that are chosen from, and one to see whether the
   * last of them ties with what was left out.
   */
  static final int COUNT = 65;

  /** What choosing in this way takes. The penalty is the host's: it knows the tokens there are. */
  static Wanted of(SamplingOptions.Choice choice, int vocab) {
    if (choice.repetitionPenalty() != 1) {
      return LOGITS;
    }
    if (choice.temperature() == 0) {
      return BEST;
    }
    return choice.topK() > 0 && choice.topK() < COUNT && COUNT < vocab ? TOP : LOGITS;
  }
}
