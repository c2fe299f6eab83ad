/**
 * Odds ratio preference optimisation: fine-tuning on chosen answers and a ratio of odds, in one
 * stage and without a reference. Start at {@link dev.fettle.algorithm.orpo.OrpoSettings}.
 */
@NullMarked
package dev.fettle.algorithm.orpo;

import org.jspecify.annotations.NullMarked;
