/**
 * How many units in the last place a backend's functions are off, over their whole range: the
 * curves, where they are sampled, and how an error is counted. Whether a backend is good enough is
 * {@link dev.fettle.tck.AccuracyContract}'s to say.
 *
 * <p>Start with {@link dev.fettle.tck.accuracy.Curves}.
 */
@NullMarked
package dev.fettle.tck.accuracy;

import org.jspecify.annotations.NullMarked;
