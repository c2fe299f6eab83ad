package dev.fettle.models.config;

import java.util.Set;

/**
 * Local attention: in the given layers a token attends to itself and the {@code size - 1} before.
 *
 * @param layers zero-based
 */
public record SlidingWindow(int size, Set<Integer> layers) {}
