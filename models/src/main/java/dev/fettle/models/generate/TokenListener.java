package dev.fettle.models.generate;

/** Told of each token as it is generated. */
@FunctionalInterface
public interface TokenListener {

  /** Token {@code id} was appended to sequence {@code row}. */
  void onToken(int row, int id);

  /** Tells nobody. */
  static TokenListener none() {
    return (row, id) -> {};
  }
}
