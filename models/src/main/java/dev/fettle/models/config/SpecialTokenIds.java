package dev.fettle.models.config;

import java.util.List;
import java.util.OptionalInt;

/**
 * Ids of special tokens as {@code config.json} states them.
 *
 * @param bos begins a text
 * @param eos any of these ends a text
 * @param pad fills rows
 */
public record SpecialTokenIds(OptionalInt bos, List<Integer> eos, OptionalInt pad) {}
