/**
 * Direct preference optimisation and its family: settings, the table of losses, and how both become
 * a run. Start at {@link dev.fettle.algorithm.dpo.DpoAlgorithm}.
 */
@NullMarked
package dev.fettle.algorithm.dpo;

import org.jspecify.annotations.NullMarked;
