/**
 * Rejection sampling: rounds of sampling, keeping the best answers, and fine-tuning on them. Start
 * at {@link dev.fettle.algorithm.rejection.RejectionAlgorithm}; sampling and the walk over rounds
 * are in {@link dev.fettle.rollout}.
 */
@NullMarked
package dev.fettle.algorithm.rejection;

import org.jspecify.annotations.NullMarked;
