package dev.fettle.train;

import dev.fettle.data.batch.Cursor;

/**
 * How far training has come: what a checkpoint must hold besides tensors.
 *
 * @param step optimizer steps taken
 * @param cursor the place in the data after them
 * @param tokens non-padding tokens trained on
 * @param evaluations what evaluations have shown
 */
public record Progress(long step, Cursor cursor, long tokens, Evaluations evaluations) {

  /** Before any evaluation. */
  public Progress(long step, Cursor cursor, long tokens) {
    this(step, cursor, tokens, Evaluations.NONE);
  }

  /** The same with what an evaluation has added. */
  Progress with(Evaluations seen) {
    return new Progress(step, cursor, tokens, seen);
  }
}
