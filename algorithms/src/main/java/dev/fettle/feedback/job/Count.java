package dev.fettle.feedback.job;

import java.util.Locale;

/** What is counted of rows. */
public enum Count {
  /** Pairs whose better answer is known. */
  PAIRS,
  /** Comparisons in which neither answer is better. */
  TIES,
  /** Comparisons whose verdict depends on the order of the answers. */
  DISAGREEMENTS,
  /** Comparisons of two orders in which the answer shown first won both times. */
  FIRST_TWICE,
  /** Comparisons of two orders in which the answer shown second won both times. */
  SECOND_TWICE,
  /** Comparisons, scores, critiques or revisions that could not be read however often asked. */
  UNDECIDED,
  /** Two answers that are the same, which are not compared. */
  SAME,
  /** Answers that no revision changed. */
  UNCHANGED,
  /** Questions that were answered. */
  QUESTIONS,
  /** Answers that could not be read; each was asked for again, or given up. */
  MALFORMED,
  /** Times that a server had to be asked again before it answered. */
  RETRIES,
  /** Tokens of questions, as far as the server says. */
  PROMPT_TOKENS,
  /** Tokens of answers, as far as the server says. */
  COMPLETION_TOKENS;

  /** Its name in the log. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
