/**
 * Training: a policy on a device, the stepper that takes optimizer steps, and the one loop. Start
 * with {@link dev.fettle.train.TrainingLoop}, then {@link dev.fettle.train.Stepper}.
 */
@NullMarked
package dev.fettle.train;

import org.jspecify.annotations.NullMarked;
