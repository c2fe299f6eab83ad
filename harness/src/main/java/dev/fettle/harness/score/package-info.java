/** Log-probabilities of rows. Start at {@link dev.fettle.harness.score.RowScoring}. */
@NullMarked
package dev.fettle.harness.score;

import org.jspecify.annotations.NullMarked;
