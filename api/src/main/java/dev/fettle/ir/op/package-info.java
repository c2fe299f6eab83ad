/**
 * The operations: each a record that holds its attributes, its type rule and its gradient rule, one
 * file a family.
 *
 * <p>Start with {@link dev.fettle.ir.op.Op}, then {@link dev.fettle.ir.op.Elementwise}. Fused
 * operations live in {@code dev.fettle.ir.composite}; how an operation is computed lives in the
 * backends.
 */
@NullMarked
package dev.fettle.ir.op;

import org.jspecify.annotations.NullMarked;
