/**
 * Prompts and what a model answers to them. Start at {@link dev.fettle.sample.CompletionSource}.
 */
@NullMarked
package dev.fettle.sample;

import org.jspecify.annotations.NullMarked;
