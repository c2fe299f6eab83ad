/** Tests of the ONNX Runtime backend; the contracts come from the conformance kit. */
@NullMarked
package dev.fettle.backend.onnxruntime;

import org.jspecify.annotations.NullMarked;
