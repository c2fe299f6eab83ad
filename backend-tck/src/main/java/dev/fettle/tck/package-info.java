/**
 * The conformance kit: abstract JUnit contracts and op cases that any backend must pass.
 *
 * <p>A backend extends the contracts in its own tests. The reference backend is the oracle. No test
 * of one particular backend lives here.
 */
@NullMarked
package dev.fettle.tck;

import org.jspecify.annotations.NullMarked;
