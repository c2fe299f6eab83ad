/**
 * Hands out the data of one optimizer step after the other, in an order a resumed run repeats.
 * Start at {@link dev.fettle.data.batch.BatchSource}.
 */
@NullMarked
package dev.fettle.data.batch;

import org.jspecify.annotations.NullMarked;
