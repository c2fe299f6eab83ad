/**
 * How each operation becomes ONNX nodes, one file a family.
 *
 * <p>Start with {@link dev.fettle.backend.onnxruntime.lower.ProgramLowering}, then {@link
 * dev.fettle.backend.onnxruntime.lower.OnnxEmission}. Nothing here touches the runtime: the result
 * is a model and the names of its ends.
 */
@NullMarked
package dev.fettle.backend.onnxruntime.lower;

import org.jspecify.annotations.NullMarked;
