/**
 * Proximal policy optimisation: clipped ratios, several passes over a rollout. Start at {@link
 * dev.fettle.algorithm.ppo.PpoSettings}.
 */
@NullMarked
package dev.fettle.algorithm.ppo;

import org.jspecify.annotations.NullMarked;
