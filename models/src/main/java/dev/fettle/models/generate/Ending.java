package dev.fettle.models.generate;

import java.util.Set;

/**
 * Says when a sequence is over, and tells of its tokens.
 *
 * @param stopIds tokens that end any sequence
 * @param stop the caller's condition
 * @param listener told of each token first
 */
record Ending(Set<Integer> stopIds, StopCondition stop, TokenListener listener) {

  /** Adds a token to its sequence, and ends this where it is the last. */
  void add(Sequence sequence, Pick pick) {
    int row = sequence.name().row();
    sequence.add(pick);
    listener.onToken(row, pick.id());
    // Asked of a stop token too: the condition may keep count of the tokens.
    boolean over = stop.endsWith(row, pick.id());
    if (stopIds.contains(pick.id())) {
      sequence.end(StopReason.STOP_TOKEN);
    } else if (over) {
      sequence.end(StopReason.CONDITION);
    } else if (sequence.left() == 0) {
      sequence.end(StopReason.LIMIT);
    }
  }
}
