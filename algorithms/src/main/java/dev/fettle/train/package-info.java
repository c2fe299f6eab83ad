/**
 * The one training loop and what drives it.
 *
 * <p>Objectives, data sources and optimizers live beside it in their own packages; nothing here
 * knows a backend.
 */
@NullMarked
package dev.fettle.train;

import org.jspecify.annotations.NullMarked;
