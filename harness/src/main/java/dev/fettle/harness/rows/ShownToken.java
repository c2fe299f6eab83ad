package dev.fettle.harness.rows;

/**
 * A token as a reader sees it.
 *
 * @param id its id
 * @param text what it adds to the text so far; empty where it only begins a character, and where
 *     there is no tokenizer
 * @param target whether the loss counts how well it is predicted
 */
public record ShownToken(int id, String text, boolean target) {}
