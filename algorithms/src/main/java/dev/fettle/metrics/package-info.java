/**
 * Where the numbers of a run go: {@code metrics.jsonl}, TensorBoard event files, the console.
 *
 * <p>A {@link dev.fettle.metrics.MetricsRow} is what one step says; a {@link
 * dev.fettle.metrics.MetricSink} writes it somewhere. What is measured is decided by the training
 * loop and the objectives, not here. Start at {@link dev.fettle.metrics.MetricSink}.
 */
@NullMarked
package dev.fettle.metrics;

import org.jspecify.annotations.NullMarked;
