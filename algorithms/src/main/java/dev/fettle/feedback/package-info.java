/**
 * Feedback by a model in place of people: an {@link dev.fettle.feedback.AiJudge} compares or scores
 * answers by a written {@link dev.fettle.feedback.Constitution}. What answers the judge's questions
 * is a {@link dev.fettle.feedback.Respondent}: a model on a device, or a server of the package
 * below. The jobs that make rows of it are in {@code dev.fettle.feedback.job}. Start at {@link
 * dev.fettle.feedback.AiJudge}.
 */
@NullMarked
package dev.fettle.feedback;

import org.jspecify.annotations.NullMarked;
