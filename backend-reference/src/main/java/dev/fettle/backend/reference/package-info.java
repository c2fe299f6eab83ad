/**
 * The reference backend: a plain interpreter, the living definition of every op.
 *
 * <p>Clarity before speed. Tests use it in place of a mock. Nothing here knows a model or an
 * algorithm, and nothing here knows a composite: each is run as its decomposition.
 *
 * <p>Start with {@link dev.fettle.backend.reference.ReferenceExecutable}, then {@link
 * dev.fettle.backend.reference.Kernels}, which lists the kernels, one file a family.
 */
@NullMarked
package dev.fettle.backend.reference;

import org.jspecify.annotations.NullMarked;
