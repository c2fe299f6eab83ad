/**
 * From files of rows to batches of token ids: readers, row formats, tokenisation, packing, order,
 * prefetch.
 *
 * <p>In processing order: {@link dev.fettle.source.RowReader} gives {@link dev.fettle.source.Row}s,
 * {@link dev.fettle.source.RowEncoder} turns each into an {@link dev.fettle.source.Example} or
 * drops it with a reason, {@link dev.fettle.source.DatasetLoader} does so for whole files on many
 * threads, {@link dev.fettle.source.RowPlan} packs examples into rows, and {@link
 * dev.fettle.source.BatchSource} hands out the rows of one optimizer step after the other.
 *
 * <p>Everything is plain arrays: no tensor, no model and no loss is known here. Start at {@link
 * dev.fettle.source.BatchSource}.
 */
@NullMarked
package dev.fettle.source;

import org.jspecify.annotations.NullMarked;
