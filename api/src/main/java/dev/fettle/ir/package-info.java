/**
 * The tensor graph: named dims, types, values, nodes, and the builder that appends them.
 *
 * <p>Start with {@link dev.fettle.ir.GraphBuilder}. What operations exist is in {@code
 * dev.fettle.ir.op}; gradients are in {@code dev.fettle.autodiff}; running a graph is the backends'
 * work, behind {@code dev.fettle.spi}.
 */
@NullMarked
package dev.fettle.ir;

import org.jspecify.annotations.NullMarked;
