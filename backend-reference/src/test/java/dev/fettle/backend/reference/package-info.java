/** Unit tests of the reference kernels; the contracts are run in {@code backend-tck}. */
@NullMarked
package dev.fettle.backend.reference;

import org.jspecify.annotations.NullMarked;
