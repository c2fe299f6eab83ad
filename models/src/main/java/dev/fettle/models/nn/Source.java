package dev.fettle.models.nn;

/** Where a parameter comes from, and with it where it goes to. */
public enum Source {
  /** The base model's files, which must hold it; written with a whole model. */
  BASE,
  /** An adapter's files, or fresh: what is trained beside a frozen base, and written alone. */
  ADAPTER,
  /** A head of the policy's own: from the base model's files where they hold it, else fresh. */
  HEAD,
  /** A frozen constant made from the base model's files when they are read; never written. */
  QUANTISED
}
