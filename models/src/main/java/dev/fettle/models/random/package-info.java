/**
 * Counter-based random numbers drawn on the host, the same on every backend and after every resume.
 *
 * <p>Start at {@link dev.fettle.models.random.RandomStream}. No tensor and no state that outlives a
 * step lives here.
 */
@NullMarked
package dev.fettle.models.random;

import org.jspecify.annotations.NullMarked;
