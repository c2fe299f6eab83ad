/**
 * One training run: its directory, its rows, its metrics, from the first step or a checkpoint to
 * the finished model. Start at {@link dev.fettle.harness.run.TrainingRun}.
 */
@NullMarked
package dev.fettle.harness.run;

import org.jspecify.annotations.NullMarked;
