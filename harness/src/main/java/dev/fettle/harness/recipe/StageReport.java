package dev.fettle.harness.recipe;

import dev.fettle.harness.run.TrainingReport;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What became of one stage.
 *
 * @param name the stage's
 * @param algorithm what it trains with, as in {@code sft}
 * @param outcome how it ended
 * @param step optimizer steps taken in all
 * @param steps optimizer steps of the whole run; 0 where that is not known
 * @param metrics of the last step, {@code loss} among them; empty if none was taken
 * @param evaluation metrics of the last evaluation, as {@code eval_loss}; empty if there was none
 * @param model a directory that loads as a model; empty where there is none yet
 * @param seconds it took; 0 where it was not trained now
 * @param training the whole report, where it was trained now
 */
public record StageReport(
    String name,
    String algorithm,
    Outcome outcome,
    long step,
    long steps,
    Map<String, Double> metrics,
    Map<String, Double> evaluation,
    Optional<Path> model,
    double seconds,
    Optional<TrainingReport> training) {

  /** How it ended. */
  public enum Outcome {
    /** Its model is in {@code final/}. */
    FINISHED,
    /** Its model had been in {@code final/} before. */
    FINISHED_BEFORE,
    /** It was asked to stop, and goes on from its checkpoint. */
    STOPPED,
    /** It had begun before, is not finished, and was not asked for now. */
    UNFINISHED,
    /** Its model was made from one that has been trained anew since. */
    OUTDATED,
    /** There is nothing of it yet. */
    NOT_BEGUN
  }

  /** Copies the maps. */
  public StageReport {
    metrics = Map.copyOf(metrics);
    evaluation = Map.copyOf(evaluation);
  }

  /** The loss of the last step; NaN if it is not known. */
  public double loss() {
    return metrics.getOrDefault("loss", Double.NaN);
  }
}
