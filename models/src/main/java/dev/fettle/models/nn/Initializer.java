package dev.fettle.models.nn;

/** How a fresh parameter is filled. */
public enum Initializer {
  /** Normal with the config's {@code initializer_range}. */
  NORMAL,
  /** Zeros: biases, beta of a layer norm. */
  ZEROS,
  /** Ones: scales of norms. */
  ONES
}
