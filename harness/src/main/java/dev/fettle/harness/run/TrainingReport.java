package dev.fettle.harness.run;

import dev.fettle.data.encode.LoadReport;
import dev.fettle.train.Ending;
import dev.fettle.train.Evaluations;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a training run came to.
 *
 * @param directory where everything is
 * @param outcome how it ended
 * @param ending why it ended
 * @param from optimizer steps taken before, by the run this one resumed; else 0
 * @param step optimizer steps taken in all
 * @param steps optimizer steps of the whole run; 0 where it was stopped before that was known
 * @param metrics of the last step, {@code loss} among them; empty if none was taken
 * @param evaluation metrics of the last evaluation, as {@code eval_loss}; empty if there was none
 * @param best the best evaluation, where {@code train.keepBest} or {@code train.earlyStopping}
 *     compares them
 * @param checkpoint the newest checkpoint, if there is one; it loads as a model
 * @param compileMillis time spent on tracing and compiling programs
 * @param rows what became of the rows of each data set, {@code train} and {@code eval}: how many
 *     were read, kept, cut and dropped, and why; empty if none were read
 * @param warnings what the user should know, one sentence each, as they were told
 */
public record TrainingReport(
    RunDirectory directory,
    Outcome outcome,
    Ending ending,
    long from,
    long step,
    long steps,
    Map<String, Double> metrics,
    Map<String, Double> evaluation,
    Optional<Evaluations.Best> best,
    Optional<Path> checkpoint,
    double compileMillis,
    Map<String, LoadReport> rows,
    List<String> warnings) {

  /** How a run ended. */
  public enum Outcome {
    /** Nothing is left to do; the model is in {@code final/}. */
    FINISHED,
    /** Nothing had been left to do; the model is in {@code final/}. */
    FINISHED_BEFORE,
    /** It was asked to stop, or interrupted; a checkpoint was written, and it can be resumed. */
    STOPPED
  }

  /** Copies maps and list. */
  public TrainingReport {
    metrics = Map.copyOf(metrics);
    evaluation = Map.copyOf(evaluation);
    rows = Collections.unmodifiableMap(new LinkedHashMap<>(rows));
    warnings = List.copyOf(warnings);
  }

  /** Of a run stopped before its first step; {@code checkpoint} is an earlier run's. */
  static TrainingReport stoppedEarly(
      RunDirectory directory, Ending ending, long step, Optional<Path> checkpoint) {
    return new TrainingReport(
        directory,
        Outcome.STOPPED,
        ending,
        step,
        step,
        0,
        Map.of(),
        Map.of(),
        Optional.empty(),
        checkpoint,
        0,
        Map.of(),
        List.of());
  }

  /** The loss of the last step; NaN if none was taken. */
  public double loss() {
    return metrics.getOrDefault("loss", Double.NaN);
  }

  /**
   * The model as it is now, a directory that is there: {@code final/} of a finished run, the newest
   * checkpoint of a stopped one. Empty where a run was stopped before its first checkpoint.
   */
  public Optional<Path> model() {
    return outcome == Outcome.STOPPED ? checkpoint : Optional.of(directory.finalModel());
  }
}
