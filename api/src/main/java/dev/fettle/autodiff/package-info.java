/**
 * Differentiation. {@link dev.fettle.autodiff.Gradients} sweeps a graph once; what each operation
 * contributes stands beside the operation itself.
 */
@NullMarked
package dev.fettle.autodiff;

import org.jspecify.annotations.NullMarked;
