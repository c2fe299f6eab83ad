/**
 * A fine-tuning job of the project's own making, from made-up data to a trained model: what {@code
 * fettle quickstart} runs. Nothing is downloaded.
 *
 * <p>Start at {@link dev.fettle.harness.quickstart.Quickstart}. {@link
 * dev.fettle.harness.quickstart.TinyWorld} makes the data, {@link
 * dev.fettle.harness.quickstart.Examination} puts the held-out questions to a model. Training
 * itself is no different here from any other run.
 */
@NullMarked
package dev.fettle.harness.quickstart;

import org.jspecify.annotations.NullMarked;
