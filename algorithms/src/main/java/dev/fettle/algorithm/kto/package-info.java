/**
 * Kahneman-Tversky optimisation: answers that are wanted or not, without pairs. Start at {@link
 * dev.fettle.algorithm.kto.KtoSettings}.
 */
@NullMarked
package dev.fettle.algorithm.kto;

import org.jspecify.annotations.NullMarked;
