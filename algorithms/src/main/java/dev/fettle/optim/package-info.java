/**
 * Optimizers and learning-rate schedules. Start with {@link dev.fettle.optim.Optimizer} and {@link
 * dev.fettle.optim.AdamWOptimizer}; the rate of a step is {@link dev.fettle.optim.Schedule}'s.
 */
@NullMarked
package dev.fettle.optim;

import org.jspecify.annotations.NullMarked;
