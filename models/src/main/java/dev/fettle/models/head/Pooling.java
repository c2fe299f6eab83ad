package dev.fettle.models.head;

/** From the scores of tokens to that of their sequence. Padding is told by length, never by id. */
public enum Pooling {
  /** The score of the last token, as transformers' sequence classifiers. */
  LAST,
  /** The mean of all tokens' scores, the prompt's among them. */
  MEAN
}
