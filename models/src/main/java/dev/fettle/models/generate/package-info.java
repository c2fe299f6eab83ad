/**
 * Generation: prefill and decode over a key-value cache, and the choice of the next token. Start
 * with {@link dev.fettle.models.generate.Generator}.
 */
@NullMarked
package dev.fettle.models.generate;

import org.jspecify.annotations.NullMarked;
