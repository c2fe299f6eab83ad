/**
 * Advantage actor-critic with a learned critic. Start at {@link
 * dev.fettle.algorithm.a2c.A2cSettings}.
 */
@NullMarked
package dev.fettle.algorithm.a2c;

import org.jspecify.annotations.NullMarked;
