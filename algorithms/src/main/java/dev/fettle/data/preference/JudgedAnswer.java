package dev.fettle.data.preference;

import dev.fettle.data.Example;

/**
 * An answer that is wanted or not.
 *
 * @param example the answer behind its prompt; its tokens are the targets
 * @param desirable whether it is wanted
 */
public record JudgedAnswer(Example example, boolean desirable) {}
