/**
 * Text to token ids and back, chat templates, and training a new vocabulary.
 *
 * <p>Stands alone: no tensors, no models.
 */
@NullMarked
package dev.fettle.tokenizer;

import org.jspecify.annotations.NullMarked;
