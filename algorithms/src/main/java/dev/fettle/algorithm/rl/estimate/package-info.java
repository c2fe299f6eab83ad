/**
 * The estimators of reinforcement learning for language models, on plain arrays: how far the policy
 * went from its reference ({@link dev.fettle.algorithm.rl.estimate.KlEstimator}, {@link
 * dev.fettle.algorithm.rl.estimate.KlController}), what a token or an answer was worth beyond what
 * was expected ({@link dev.fettle.algorithm.rl.estimate.Gae}, {@link
 * dev.fettle.algorithm.rl.estimate.Baselines}), and the scale of such numbers ({@link
 * dev.fettle.algorithm.rl.estimate.Whitening}, {@link
 * dev.fettle.algorithm.rl.estimate.RunningMoments}). All in double, and nothing holds state: what
 * runs on from batch to batch is a record that gives the next one, so that a checkpoint can keep
 * it. Tensors, losses and rollouts are not here.
 */
@NullMarked
package dev.fettle.algorithm.rl.estimate;

import org.jspecify.annotations.NullMarked;
