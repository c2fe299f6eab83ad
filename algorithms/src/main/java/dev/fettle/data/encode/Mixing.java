package dev.fettle.data.encode;

/**
 * When an epoch of several weighted sources is over, under the names of {@code datasets}'
 * interleaving.
 */
public enum Mixing {
  /** When each row was there at least once: small sources are repeated. */
  ALL_EXHAUSTED,
  /** When the first source has no more: larger ones are cut. */
  FIRST_EXHAUSTED
}
