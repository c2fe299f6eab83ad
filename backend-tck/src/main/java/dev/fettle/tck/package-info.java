/**
 * The conformance kit: abstract JUnit contracts that any backend must pass.
 *
 * <p>A backend extends the contracts in its own tests, giving its provider; test names carry the
 * numbers of the rules in {@code docs/contributing/spi-contract.md}. The reference backend is the
 * oracle. No test of one particular backend lives here, and no op case: those are in {@code
 * dev.fettle.tck.cases}.
 *
 * <p>Start with {@link dev.fettle.tck.BackendContract}, then {@link
 * dev.fettle.tck.ForwardContract}.
 */
@NullMarked
package dev.fettle.tck;

import org.jspecify.annotations.NullMarked;
