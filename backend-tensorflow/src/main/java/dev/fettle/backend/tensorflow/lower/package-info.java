/**
 * From programs to TensorFlow graphs: one file a family of operations, and what they write to.
 *
 * <p>Start with {@link dev.fettle.backend.tensorflow.lower.ProgramLowering}, then {@link
 * dev.fettle.backend.tensorflow.lower.TfEmission}. Nothing here calls the native library: a
 * lowering is a {@code GraphDef}, so it can be tested and dumped without one.
 */
@NullMarked
package dev.fettle.backend.tensorflow.lower;

import org.jspecify.annotations.NullMarked;
