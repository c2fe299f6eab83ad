/** Unit tests without a backend. */
@NullMarked
package dev.fettle.ir;

import org.jspecify.annotations.NullMarked;
