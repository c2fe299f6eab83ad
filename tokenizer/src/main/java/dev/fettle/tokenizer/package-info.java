/**
 * Text to token ids and back, chat templates, and training a new vocabulary.
 *
 * <p>Start at {@link dev.fettle.tokenizer.Tokenizer}: it reads a model directory, encodes with
 * offsets into the text, and decodes ({@link dev.fettle.tokenizer.StreamDecoder} as tokens arrive).
 * {@link dev.fettle.tokenizer.ChatTemplate} turns a conversation into text and says which part of
 * it the model is to say; {@link dev.fettle.tokenizer.Encoding#inside} turns such spans into a mask
 * over tokens. {@link dev.fettle.tokenizer.BpeTrainer} makes a vocabulary from text.
 *
 * <p>Not here: tensors, models, data sets, truncation and padding. The template language is in
 * {@link dev.fettle.jinja}.
 */
@NullMarked
package dev.fettle.tokenizer;

import org.jspecify.annotations.NullMarked;
