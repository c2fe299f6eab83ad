/**
 * Config records, the wiring of a run, and the facade an application calls.
 *
 * <p>Backends are found at run time; none is named here.
 */
@NullMarked
package dev.fettle.harness;

import org.jspecify.annotations.NullMarked;
