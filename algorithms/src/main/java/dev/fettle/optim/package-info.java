/**
 * Optimizers and learning-rate schedules. Start with {@link dev.fettle.optim.Optimizer} and {@link
 * dev.fettle.optim.AdamWOptimizer}.
 */
@NullMarked
package dev.fettle.optim;

import org.jspecify.annotations.NullMarked;
