/**
 * The op cases: each an operation with operands, from which contracts make forward, gradient and
 * expansion tests, and from which {@code docs/contributing/ops.md} is rendered.
 *
 * <p>Start with {@link dev.fettle.tck.cases.OpCases}.
 */
@NullMarked
package dev.fettle.tck.cases;

import org.jspecify.annotations.NullMarked;
