/**
 * Contrastive preference optimisation: DPO without a reference, and the likelihood of chosen
 * answers. Start at {@link dev.fettle.algorithm.cpo.CpoSettings}.
 */
@NullMarked
package dev.fettle.algorithm.cpo;

import org.jspecify.annotations.NullMarked;
