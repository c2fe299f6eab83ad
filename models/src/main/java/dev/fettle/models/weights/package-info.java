/**
 * Hugging Face model directories: {@code config.json} as typed records, and tensors in and out of
 * safetensors files, single or sharded.
 *
 * <p>Start at {@link dev.fettle.models.config.HfConfig} and {@link
 * dev.fettle.models.weights.WeightSource}. Which tensor goes where in a model is not known here,
 * and nothing here touches a backend.
 */
@NullMarked
package dev.fettle.models.weights;

import org.jspecify.annotations.NullMarked;
