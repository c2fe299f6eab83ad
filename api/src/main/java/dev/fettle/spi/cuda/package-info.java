/**
 * What a machine has for a runtime that computes on NVIDIA's GPUs: the cards, and the libraries of
 * CUDA wherever they are installed. Shared by the backends, so that all say the same.
 *
 * <p>Start with {@link dev.fettle.spi.cuda.Cuda}. Nothing here is loaded or run before it is asked
 * for.
 */
@NullMarked
package dev.fettle.spi.cuda;

import org.jspecify.annotations.NullMarked;
