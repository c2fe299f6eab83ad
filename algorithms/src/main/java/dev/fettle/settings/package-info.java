/**
 * Settings: one table of keys for each section of a configuration reads it, writes it, documents it
 * and finds what a wrong key was meant to be.
 *
 * <p>An algorithm's author writes a record and a {@link dev.fettle.settings.Keys} of its {@link
 * dev.fettle.settings.Key}s; the records of a run are in the harness. Nothing is opened or computed
 * here. Start at {@link dev.fettle.settings.Keys}.
 */
@NullMarked
package dev.fettle.settings;

import org.jspecify.annotations.NullMarked;
