/** Benchmarks of host code (JMH) and of whole training and decode steps per backend. */
@NullMarked
package dev.fettle.benchmarks;

import org.jspecify.annotations.NullMarked;
