/**
 * Where tensors lie: in the host's memory or in a GPU's. Start with {@link
 * dev.fettle.backend.onnxruntime.device.Memory}.
 *
 * <p>Nothing outside this package knows of addresses, of CUDA's runtime or of ONNX Runtime's C
 * interface; nothing in it knows programs or states.
 */
@NullMarked
package dev.fettle.backend.onnxruntime.device;

import org.jspecify.annotations.NullMarked;
