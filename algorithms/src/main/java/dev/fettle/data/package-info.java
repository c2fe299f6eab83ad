/**
 * Rows of files become micro-batches, from room to room: {@code read} (files to rows), {@code
 * encode} (rows to examples), {@code store} (examples on disk rather than in the heap), {@code
 * pack} (examples to packed rows), {@code batch} (packed rows to micro-batches). Here is only what
 * all of them hand on: an {@link dev.fettle.data.Example}. Start at {@code
 * dev.fettle.data.encode.DatasetLoader}.
 */
@NullMarked
package dev.fettle.data;

import org.jspecify.annotations.NullMarked;
