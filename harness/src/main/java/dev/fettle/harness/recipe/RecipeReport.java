package dev.fettle.harness.recipe;

import java.nio.file.Path;
import java.util.List;

/**
 * What a recipe came to.
 *
 * @param directory where each stage has a directory
 * @param stages one row a stage, in their order
 * @param stopped whether it was asked to stop before all that was to be trained was
 * @param warnings of stages that were trained now, each with its stage's name, and of the recipe
 */
public record RecipeReport(
    Path directory, List<StageReport> stages, boolean stopped, List<String> warnings) {

  /** Copies the lists. */
  public RecipeReport {
    stages = List.copyOf(stages);
    warnings = List.copyOf(warnings);
  }

  /** Whether the model of every stage is there. */
  public boolean finished() {
    return stages.stream()
        .allMatch(
            s ->
                s.outcome() == StageReport.Outcome.FINISHED
                    || s.outcome() == StageReport.Outcome.FINISHED_BEFORE);
  }

  /**
   * The row of a stage.
   *
   * @throws IllegalArgumentException if there is no such stage
   */
  public StageReport stage(String name) {
    return stages.stream()
        .filter(s -> s.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no stage '" + name + "'"));
  }
}
