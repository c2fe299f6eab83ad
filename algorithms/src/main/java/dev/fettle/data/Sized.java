package dev.fettle.data;

/** What became of a row: so many tokens, of which so many are learnt. */
public interface Sized {

  /** The number of tokens. */
  int length();

  /** The number of tokens that are targets. */
  int targets();
}
