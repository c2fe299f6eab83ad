/**
 * Checkpoints: everything a run needs to go on bit for bit, on disk, whole or not at all.
 *
 * <pre>
 * checkpoints/step-000050/
 *   config.json ...         what makes it a model directory, or an adapter's, that others load
 *   model.safetensors       the parameters, exact; an adapter's are adapter_model.safetensors
 *   optimizer.safetensors   what the optimizer keeps, by slot name
 *   trainer.json            {@link dev.fettle.checkpoint.TrainerState}
 *   provenance.json         {@link dev.fettle.checkpoint.Provenance}
 *   manifest.json           every file's size and SHA-256; written last
 * </pre>
 *
 * <p>Start at {@link dev.fettle.checkpoint.CheckpointStore}, which writes them, and {@link
 * dev.fettle.checkpoint.Checkpoint}, which reads one. When to write one is the training loop's
 * business; the finished model of a run is written elsewhere.
 */
@NullMarked
package dev.fettle.checkpoint;

import org.jspecify.annotations.NullMarked;
