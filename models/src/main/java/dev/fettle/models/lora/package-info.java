/**
 * LoRA: low-rank matrices beside frozen weights (Hu et al., 2021), in PEFT's form on disk. Start at
 * {@link dev.fettle.models.lora.LoraLinears}, then {@link dev.fettle.models.lora.AdapterConfig} and
 * {@link dev.fettle.models.lora.AdapterWeights} for a directory of it.
 */
@NullMarked
package dev.fettle.models.lora;

import org.jspecify.annotations.NullMarked;
