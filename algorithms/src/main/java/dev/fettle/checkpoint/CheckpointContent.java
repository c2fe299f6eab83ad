package dev.fettle.checkpoint;

import dev.fettle.program.Slot;

/**
 * What one checkpoint holds.
 *
 * @param trainer the run's own state
 * @param provenance where it comes from
 * @param model what was trained
 * @param optimizer what the optimizer keeps; empty for a stateless one
 */
public record CheckpointContent(
    TrainerState trainer,
    Provenance provenance,
    CheckpointModel model,
    CheckpointTensors optimizer) {

  /** Bytes of all tensors; the files are a little larger. */
  long bytes() {
    return bytes(model.weights()) + bytes(optimizer);
  }

  private static long bytes(CheckpointTensors tensors) {
    return tensors.slots().stream().map(Slot::type).mapToLong(t -> t.bytes()).sum();
  }
}
