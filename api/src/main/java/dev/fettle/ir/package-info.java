/**
 * The typed tensor graph: dims, shapes, types, values, nodes and the builder that appends them.
 *
 * <p>No op lives here (see {@code dev.fettle.ir.op} and {@code dev.fettle.ir.composite}), no
 * gradient, and nothing that runs a graph. Start at {@code GraphBuilder}.
 */
@NullMarked
package dev.fettle.ir;

import org.jspecify.annotations.NullMarked;
