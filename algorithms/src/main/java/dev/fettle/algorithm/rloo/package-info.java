/**
 * REINFORCE leave-one-out: whole answers as single actions. Start at {@link
 * dev.fettle.algorithm.rloo.RlooSettings}.
 */
@NullMarked
package dev.fettle.algorithm.rloo;

import org.jspecify.annotations.NullMarked;
