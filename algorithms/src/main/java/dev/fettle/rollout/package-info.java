/**
 * Answers of the policy as it is, rewarded and kept on disk, round after round: what every
 * algorithm that learns from its own answers begins with. What is made of them, and how it is
 * learnt, is the algorithms'. Start at {@link dev.fettle.rollout.Rollouts}, then {@link
 * dev.fettle.rollout.RoundSource}.
 */
@NullMarked
package dev.fettle.rollout;

import org.jspecify.annotations.NullMarked;
