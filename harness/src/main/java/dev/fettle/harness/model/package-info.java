/**
 * Models: opened, made, written, and asked for text. Start at {@link
 * dev.fettle.harness.model.LoadedModel}.
 */
@NullMarked
package dev.fettle.harness.model;

import org.jspecify.annotations.NullMarked;
