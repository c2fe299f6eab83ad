/**
 * Preference optimisation: one objective over pairs of answers, made of a score of each answer and
 * links from two scores to a loss. DPO and its family, SLiC-HF, ORPO, SimPO and CPO are settings of
 * it. Start at {@link dev.fettle.algorithm.preference.PreferenceObjective}.
 */
@NullMarked
package dev.fettle.algorithm.preference;

import org.jspecify.annotations.NullMarked;
