/**
 * Language models, written once for all backends, and their weights in Hugging Face's form. Start
 * with {@link dev.fettle.models.LanguageModel}, then one family: {@code
 * dev.fettle.models.llama.LlamaModel}.
 */
@NullMarked
package dev.fettle.models;

import org.jspecify.annotations.NullMarked;
