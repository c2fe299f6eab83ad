/**
 * The Guice modules: from settings to the objects of a run or of a loaded model, and who closes
 * them. Start at {@link dev.fettle.harness.wiring.RunModule}. Not for applications: these have
 * {@link dev.fettle.harness.FettleModule}.
 */
@NullMarked
package dev.fettle.harness.wiring;

import org.jspecify.annotations.NullMarked;
