/**
 * The best of several answers by a reward, and what that is worth. Start at {@link
 * dev.fettle.bestof.BestOf}.
 */
@NullMarked
package dev.fettle.bestof;

import org.jspecify.annotations.NullMarked;
