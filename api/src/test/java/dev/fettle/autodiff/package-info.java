/** Unit tests without a backend. */
@NullMarked
package dev.fettle.autodiff;

import org.jspecify.annotations.NullMarked;
