/**
 * Rows of preferences: two answers to one prompt, the better one first. What is computed from them
 * is the algorithms'. Start at {@link dev.fettle.data.preference.PreferenceRows}.
 */
@NullMarked
package dev.fettle.data.preference;

import org.jspecify.annotations.NullMarked;
