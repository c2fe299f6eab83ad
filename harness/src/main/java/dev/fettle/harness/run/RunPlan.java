package dev.fettle.harness.run;

import dev.fettle.data.encode.LoadReport;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run would do, found out without training: everything is read, nothing is compiled.
 *
 * @param rows what became of the rows of each data set
 * @param steps what would be taken
 * @param model what would be trained
 * @param bytes what it would need
 * @param backend that would compute, its version and device
 * @param warnings what the user should know, one sentence each
 */
public record RunPlan(
    Map<String, LoadReport> rows,
    Steps steps,
    Model model,
    Bytes bytes,
    String backend,
    List<String> warnings) {

  /**
   * Optimizer steps.
   *
   * @param from taken already, by the run that would be resumed
   * @param total of the whole run
   * @param perEpoch of one pass over the rows
   */
  public record Steps(long from, long total, long perEpoch) {

    /** Passes over the rows in all. */
    public double epochs() {
      return perEpoch == 0 ? 0 : (double) total / perEpoch;
    }
  }

  /**
   * A policy.
   *
   * @param type as {@code config.json} says
   * @param parameters in all
   * @param trained those that training changes
   */
  public record Model(String type, long parameters, long trained) {}

  /**
   * Bytes.
   *
   * @param parameters of all of them, and of the tables beside them
   * @param gradients of those trained
   * @param optimizer what it keeps
   * @param checkpoint on disk
   * @param kept checkpoints that are on disk at a time, one being written among them; 0: all
   * @param free on the disk where the run's directory is
   */
  public record Bytes(
      long parameters, long gradients, long optimizer, long checkpoint, int kept, long free) {

    /** What rests on the device between steps; activations come on top of it. */
    public long state() {
      return parameters + gradients + optimizer;
    }
  }

  /** Copies map and list. */
  public RunPlan {
    rows = Collections.unmodifiableMap(new LinkedHashMap<>(rows));
    warnings = List.copyOf(warnings);
  }

  /** Tokens of one pass over the rows that are trained on. */
  public long tokensPerEpoch() {
    LoadReport train = rows.get("train");
    return train == null ? 0 : train.tokens();
  }
}
