/** The kit applied to the reference backend, and the kit's own tests. */
@NullMarked
package dev.fettle.tck;

import org.jspecify.annotations.NullMarked;
