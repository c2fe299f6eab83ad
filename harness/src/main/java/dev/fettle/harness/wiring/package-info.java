/**
 * The Guice modules: from settings to the objects of a run or of a loaded model, and who closes
 * them. Start at {@link dev.fettle.harness.wiring.RunModule}.
 */
@NullMarked
package dev.fettle.harness.wiring;

import org.jspecify.annotations.NullMarked;
