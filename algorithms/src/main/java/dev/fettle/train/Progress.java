package dev.fettle.train;

import dev.fettle.data.batch.Cursor;

/**
 * How far training has come: what a checkpoint must hold besides tensors.
 *
 * @param step optimizer steps taken
 * @param cursor the place in the data after them
 * @param tokens non-padding tokens trained on
 */
public record Progress(long step, Cursor cursor, long tokens) {}
