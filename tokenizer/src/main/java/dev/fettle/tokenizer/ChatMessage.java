package dev.fettle.tokenizer;

/**
 * One plain turn of a conversation.
 *
 * @param role {@code system}, {@code user}, {@code assistant}, or what else the template knows
 * @param content its text
 */
public record ChatMessage(String role, String content) {}
