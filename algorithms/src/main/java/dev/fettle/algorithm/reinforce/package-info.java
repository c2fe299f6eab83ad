/**
 * REINFORCE with no baseline or a simple one. Start at {@link
 * dev.fettle.algorithm.reinforce.ReinforceSettings}.
 */
@NullMarked
package dev.fettle.algorithm.reinforce;

import org.jspecify.annotations.NullMarked;
