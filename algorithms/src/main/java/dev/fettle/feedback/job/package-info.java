/**
 * Rows of preferences by a judge: answers labelled ({@link dev.fettle.feedback.job.Labelling}) or
 * criticised and revised ({@link dev.fettle.feedback.job.Revising}), every verdict in a log that a
 * later call goes on with. Start at {@link dev.fettle.feedback.job.FeedbackJob}.
 */
@NullMarked
package dev.fettle.feedback.job;

import org.jspecify.annotations.NullMarked;
