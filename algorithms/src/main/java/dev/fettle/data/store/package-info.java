/**
 * Examples kept in a file rather than in the heap, and found there again by the next start. Start
 * at {@link dev.fettle.data.store.RowCache}; what an algorithm of one's own says of its examples is
 * a {@link dev.fettle.data.store.StoredForm}.
 */
@NullMarked
package dev.fettle.data.store;

import org.jspecify.annotations.NullMarked;
