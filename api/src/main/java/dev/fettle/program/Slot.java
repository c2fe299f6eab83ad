package dev.fettle.program;

import dev.fettle.ir.TensorType;

/**
 * A named place for a tensor in a backend's state, as {@code param/lm_head.weight}.
 *
 * @param name unique in its state
 * @param type what it holds
 */
public record Slot(String name, TensorType type) {}
