/** Unit tests without a backend. */
@NullMarked
package dev.fettle.program;

import org.jspecify.annotations.NullMarked;
