/**
 * The wiring of a run, and the facade an application calls. Everything the {@code fettle} command
 * does is callable from here.
 *
 * <p>Start at {@link dev.fettle.harness.Fettle}; what it assembles is listed in {@link
 * dev.fettle.harness.wiring.RunModule}. Backends are found at run time; none is needed to compile.
 */
@NullMarked
package dev.fettle.harness;

import org.jspecify.annotations.NullMarked;
