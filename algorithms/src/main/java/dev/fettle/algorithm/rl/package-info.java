/**
 * Reinforcement learning of language models: what A2C, PPO, GRPO, RLOO and REINFORCE share. Each of
 * them has a package of its own with its settings; here is the one rollout path, {@link
 * dev.fettle.algorithm.rl.RolloutSource}, the one loss, {@link
 * dev.fettle.algorithm.rl.PolicyGradientObjective}, and what puts them together, {@link
 * dev.fettle.algorithm.rl.RlModule}. The estimators on arrays are in {@code estimate}. Start at
 * {@link dev.fettle.algorithm.rl.RlRecipe}.
 */
@NullMarked
package dev.fettle.algorithm.rl;

import org.jspecify.annotations.NullMarked;
