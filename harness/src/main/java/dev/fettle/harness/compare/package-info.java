/**
 * The same training on several backends, side by side: each in a process of its own, then how far
 * their losses lie apart and what each cost, as a table, as {@code compare.json} and as an HTML
 * page.
 *
 * <p>Start at {@link dev.fettle.harness.compare.Comparison}. {@link
 * dev.fettle.harness.compare.RunTrace} is what one process hands back; {@link
 * dev.fettle.harness.compare.PairDifference} has the maths. Training itself is not here: a process
 * runs {@link dev.fettle.harness.Fettle} as any application would.
 */
@NullMarked
package dev.fettle.harness.compare;

import org.jspecify.annotations.NullMarked;
