/**
 * The fused operations, one file each, with their meaning in simpler operations and, where one
 * pays, a gradient rule of their own. The set is open: a backend need not know any of them.
 */
@NullMarked
package dev.fettle.ir.composite;

import org.jspecify.annotations.NullMarked;
