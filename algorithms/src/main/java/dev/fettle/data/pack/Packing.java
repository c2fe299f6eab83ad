package dev.fettle.data.pack;

/** How examples share rows. */
public enum Packing {
  /** One example a row, padded on the right. */
  NONE,
  /** Best-fit decreasing: several examples a row, none of them split; each is its own segment. */
  BFD,
  /** Best-fit decreasing of pieces: an example longer than a row is split rather than truncated. */
  BFD_SPLIT,
  /**
   * Examples laid end to end and cut into full rows, as for pretraining. A row is one segment:
   * attention and positions run across examples.
   */
  WRAPPED;

  /**
   * Whether an example longer than a row is cut into several pieces, so that nothing need be
   * truncated.
   */
  public boolean splits() {
    return this == BFD_SPLIT || this == WRAPPED;
  }
}
