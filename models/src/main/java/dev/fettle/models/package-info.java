/**
 * Model definitions over the tensor graph, their weights, and generation over token ids.
 *
 * <p>No tokenizer, no loss and no backend lives here.
 */
@NullMarked
package dev.fettle.models;

import org.jspecify.annotations.NullMarked;
