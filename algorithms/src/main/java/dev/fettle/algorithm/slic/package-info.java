/**
 * Sequence likelihood calibration with human feedback (SLiC-HF): a margin between log-likelihoods.
 * Start at {@link dev.fettle.algorithm.slic.SlicSettings}.
 */
@NullMarked
package dev.fettle.algorithm.slic;

import org.jspecify.annotations.NullMarked;
