/**
 * The reference backend: a plain interpreter, the living definition of every op.
 *
 * <p>Clarity before speed. Tests use it in place of a mock. Nothing here knows a model or an
 * algorithm.
 */
@NullMarked
package dev.fettle.backend.reference;

import org.jspecify.annotations.NullMarked;
