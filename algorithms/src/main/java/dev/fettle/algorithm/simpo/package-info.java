/**
 * Simple preference optimisation: mean log-probabilities, a margin, and no reference. Start at
 * {@link dev.fettle.algorithm.simpo.SimPoSettings}.
 */
@NullMarked
package dev.fettle.algorithm.simpo;

import org.jspecify.annotations.NullMarked;
