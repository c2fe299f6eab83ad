/**
 * The ONNX Runtime backend: programs become ONNX models, state lives in bound buffers.
 *
 * <p>Nothing here knows a model or an algorithm.
 */
@NullMarked
package dev.fettle.backend.onnxruntime;

import org.jspecify.annotations.NullMarked;
