/**
 * Group relative policy optimisation, and what became of it: Dr. GRPO, DAPO. Start at {@link
 * dev.fettle.algorithm.grpo.GrpoSettings}.
 */
@NullMarked
package dev.fettle.algorithm.grpo;

import org.jspecify.annotations.NullMarked;
