/**
 * Reward modelling: a number for a whole sequence, learnt from pairs of a better and a worse one.
 * Start at {@link dev.fettle.algorithm.reward.RewardAlgorithm}.
 */
@NullMarked
package dev.fettle.algorithm.reward;

import org.jspecify.annotations.NullMarked;
