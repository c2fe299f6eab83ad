/** What a backend may use to do its work, and need not. */
@NullMarked
package dev.fettle.spi.support;

import org.jspecify.annotations.NullMarked;
