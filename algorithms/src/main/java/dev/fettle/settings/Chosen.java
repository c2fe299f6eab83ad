package dev.fettle.settings;

import java.util.Optional;

/**
 * One of a list that others may add to: its name, options of its own, and what all are told.
 *
 * @param name of it
 * @param options as its table reads them; empty for a name that the list does not have
 * @param common what all are told
 */
public record Chosen<C extends Record>(String name, Optional<Record> options, C common) {}
