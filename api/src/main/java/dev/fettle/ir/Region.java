package dev.fettle.ir;

/**
 * A stretch of the forward graph whose activations are dropped and computed again in the reverse
 * sweep. Opened by {@link GraphBuilder#recomputed}.
 *
 * @param id unique in its graph
 * @param name for people, as in {@code layers.3}
 */
public record Region(int id, String name) {}
