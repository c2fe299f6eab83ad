/** Tests of the TensorFlow backend: the conformance kit, lowering choices, memory, speed. */
@NullMarked
package dev.fettle.backend.tensorflow;

import org.jspecify.annotations.NullMarked;
