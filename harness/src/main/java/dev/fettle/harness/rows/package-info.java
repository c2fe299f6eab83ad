/**
 * What a run will train on, looked at before it trains: tokens with their targets marked, counts,
 * lengths, what is dropped and why. No backend is needed. Start at {@link
 * dev.fettle.harness.rows.RowsInspection}.
 */
@NullMarked
package dev.fettle.harness.rows;

import org.jspecify.annotations.NullMarked;
