/**
 * A service that answers from a fine-tuned model. Start at {@link
 * dev.fettle.example.spring.AnswersApplication}.
 */
@NullMarked
package dev.fettle.example.spring;

import org.jspecify.annotations.NullMarked;
