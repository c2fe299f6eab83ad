/**
 * Feedback by a judge that a configuration names: a model on a backend here, or a server. Start at
 * {@link dev.fettle.harness.feedback.Feedback}.
 */
@NullMarked
package dev.fettle.harness.feedback;

import org.jspecify.annotations.NullMarked;
