/**
 * Examples are laid into rows of tokens, packed or one each. Start at {@link
 * dev.fettle.data.pack.RowPlan}. Plain arrays: no tensor and no loss is known here.
 */
@NullMarked
package dev.fettle.data.pack;

import org.jspecify.annotations.NullMarked;
