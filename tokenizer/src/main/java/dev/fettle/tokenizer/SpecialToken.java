package dev.fettle.tokenizer;

/**
 * A token with a role, such as the end of a sequence.
 *
 * @param text the token as it stands in the vocabulary
 * @param id its id
 */
public record SpecialToken(String text, int id) {}
