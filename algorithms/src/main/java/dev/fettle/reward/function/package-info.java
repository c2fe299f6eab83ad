/**
 * The reward functions that come with Fettle, one record of options each. A new one is added to
 * {@link dev.fettle.reward.Rewards}; an application's own lives with the application. Start at
 * {@link dev.fettle.reward.function.ExactMatch}.
 */
@NullMarked
package dev.fettle.reward.function;

import org.jspecify.annotations.NullMarked;
