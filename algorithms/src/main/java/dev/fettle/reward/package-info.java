/**
 * What answers are worth: functions an application writes, those that come with Fettle, and reward
 * models. Start at {@link dev.fettle.reward.RewardFunction}.
 */
@NullMarked
package dev.fettle.reward;

import org.jspecify.annotations.NullMarked;
