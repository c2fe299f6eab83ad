/** Unit tests without a backend. */
@NullMarked
package dev.fettle.spi;

import org.jspecify.annotations.NullMarked;
