package dev.fettle.models;

/**
 * Names of a family in Hugging Face's files that no parameter's own name says.
 *
 * @param base what stands before the body's names, and may be missing in files: {@code model.}
 * @param embedding the parameter that holds the embedding
 * @param head the parameter that holds an output head of its own
 */
public record ModelNames(String base, String embedding, String head) {}
