package dev.fettle.models.generate;

/**
 * Says from its tokens when a sequence is over, beside the tokens that end any sequence ({@link
 * SamplingOptions#stopIds}). What it sees are ids, so whoever knows the text they stand for can end
 * a sequence by its text.
 */
@FunctionalInterface
public interface StopCondition {

  /**
   * Asked once for each new token, in order, after the {@link TokenListener} was told of it.
   *
   * @return true where token {@code id} is the last of sequence {@code row}; it is part of it
   */
  boolean endsWith(int row, int id);

  /** Ends no sequence. */
  static StopCondition never() {
    return (row, id) -> false;
  }
}
