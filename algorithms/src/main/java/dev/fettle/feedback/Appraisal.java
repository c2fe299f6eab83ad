package dev.fettle.feedback;

/**
 * An answer to be scored.
 *
 * @param prompt what was asked; a conversation as {@link PromptText} writes it
 * @param answer what was answered
 * @param principle by which it is scored
 * @param scale what the score is on
 */
public record Appraisal(String prompt, String answer, Principle principle, Scale scale) {}
