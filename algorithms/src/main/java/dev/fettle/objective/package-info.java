/**
 * Objectives: one equation each, from a micro-batch in host arrays to a scalar loss. Start with
 * {@link dev.fettle.objective.Objective}.
 */
@NullMarked
package dev.fettle.objective;

import org.jspecify.annotations.NullMarked;
