package dev.fettle.harness.recipe;

import dev.fettle.harness.run.FinishedRun;
import dev.fettle.harness.run.RunDirectory;
import java.util.List;
import java.util.Optional;

/**
 * Where a stage stands.
 *
 * @param name the stage's
 * @param directory of its run
 * @param begun whether there is anything of it
 * @param finished its model, where that is there
 * @param changes settings that the model was not trained with, as in {@code train.steps 10 -> 20}
 * @param former the stages whose models it was made from are no longer there, or are other ones now
 */
record StageState(
    String name,
    RunDirectory directory,
    boolean begun,
    Optional<FinishedRun> finished,
    List<String> changes,
    List<String> former) {

  StageState {
    changes = List.copyOf(changes);
    former = List.copyOf(former);
  }

  /** Whether its model is there and what the recipe asks for. */
  boolean done() {
    return finished.isPresent() && changes.isEmpty() && former.isEmpty();
  }

  /** Whether its model is there and can be taken, though settings may differ. */
  boolean usable() {
    return finished.isPresent() && former.isEmpty();
  }
}
