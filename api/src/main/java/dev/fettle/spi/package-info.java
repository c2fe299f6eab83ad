/**
 * What a backend must provide, and what it is given. The numbered rules are in {@code
 * docs/contributing/spi-contract.md}; the conformance kit checks them.
 *
 * <p>Start with {@link dev.fettle.spi.BackendProvider}, then {@link dev.fettle.spi.Backend} and
 * {@link dev.fettle.spi.Executable}.
 */
@NullMarked
package dev.fettle.spi;

import org.jspecify.annotations.NullMarked;
