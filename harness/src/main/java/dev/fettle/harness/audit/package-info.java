/**
 * The audit of a run after the fact: how far it went from its reference, whether its rewards still
 * tell answers apart, whether a held-out judge agrees with them, and what its time went into. It
 * says what was measured; it predicts nothing.
 *
 * <p>Everything is read from what a run leaves on the disk, whatever its algorithm is. Start at
 * {@link dev.fettle.harness.audit.Audit}.
 */
@NullMarked
package dev.fettle.harness.audit;

import org.jspecify.annotations.NullMarked;
