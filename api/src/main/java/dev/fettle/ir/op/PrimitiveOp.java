package dev.fettle.ir.op;

/**
 * An operation every backend must know. The set is closed; a new one needs an ADR, a reference
 * kernel, TCK cases and a lowering in each backend ({@code OpCoverage} checks).
 */
public sealed interface PrimitiveOp extends Op
    permits Create, Elementwise, Compare, Reduce, Layout, Index, Linalg {}
