package dev.fettle.data.encode;

/** Which end of a row that is too long is kept. */
public enum Truncation {
  /** The first tokens. */
  KEEP_START,
  /** The last tokens; the beginning-of-sequence token is lost. */
  KEEP_END
}
