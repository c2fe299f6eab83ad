/**
 * The TensorFlow Java backend: one graph, one session, state in resource variables.
 *
 * <p>Nothing here knows a model or an algorithm.
 */
@NullMarked
package dev.fettle.backend.tensorflow;

import org.jspecify.annotations.NullMarked;
