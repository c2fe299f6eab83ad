package dev.fettle.harness.model;

import dev.fettle.models.generate.Generation;

/**
 * What a model wrote.
 *
 * @param text up to, and without, the stop string it ended with; special tokens are left out
 * @param generation its tokens, those of the stop string among them
 */
public record GeneratedText(String text, Generation generation) {}
