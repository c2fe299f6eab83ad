/**
 * Rows of preferences: two answers to one prompt, the better one first, or one answer that is
 * wanted or not. What is computed from them is the algorithms'. Start at {@link
 * dev.fettle.data.preference.PreferenceRows} and {@link dev.fettle.data.preference.JudgedRows}.
 */
@NullMarked
package dev.fettle.data.preference;

import org.jspecify.annotations.NullMarked;
