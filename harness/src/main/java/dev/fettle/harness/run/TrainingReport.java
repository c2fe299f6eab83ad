package dev.fettle.harness.run;

import dev.fettle.data.encode.LoadReport;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a training run came to.
 *
 * @param directory where everything is
 * @param outcome how it ended
 * @param from optimizer steps taken before, by the run this one resumed; else 0
 * @param step optimizer steps taken in all
 * @param steps optimizer steps of the whole run
 * @param metrics of the last step, {@code loss} among them; empty if none was taken
 * @param evaluation metrics of the last evaluation, as {@code eval_loss}; empty if there was none
 * @param compileMillis time spent on tracing and compiling programs
 * @param rows what became of the rows of each data set, {@code train} and {@code eval}: how many
 *     were read, kept, cut and dropped, and why; empty if none were read
 * @param warnings what the user should know, one sentence each, as they were told
 */
public record TrainingReport(
    RunDirectory directory,
    Outcome outcome,
    long from,
    long step,
    long steps,
    Map<String, Double> metrics,
    Map<String, Double> evaluation,
    double compileMillis,
    Map<String, LoadReport> rows,
    List<String> warnings) {

  /** How a run ended. */
  public enum Outcome {
    /** All steps are taken; the model is in {@code final/}. */
    FINISHED,
    /** All steps had been taken before; nothing was done. */
    FINISHED_BEFORE,
    /** It was asked to stop; a checkpoint was written, and it can be resumed. */
    STOPPED
  }

  /** Copies maps and list. */
  public TrainingReport {
    metrics = Map.copyOf(metrics);
    evaluation = Map.copyOf(evaluation);
    rows = Collections.unmodifiableMap(new LinkedHashMap<>(rows));
    warnings = List.copyOf(warnings);
  }

  /** The loss of the last step; NaN if none was taken. */
  public double loss() {
    return metrics.getOrDefault("loss", Double.NaN);
  }

  /** The trained model, if the run is finished. */
  public Path model() {
    return directory.finalModel();
  }
}
