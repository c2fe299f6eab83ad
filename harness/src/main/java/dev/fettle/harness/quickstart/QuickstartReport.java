package dev.fettle.harness.quickstart;

import java.nio.file.Path;
import java.util.List;

/**
 * What the quickstart came to.
 *
 * @param directory where everything is
 * @param base the training of the base model
 * @param before what the base model answered
 * @param jobs the same fine-tuning on each backend, the main one first
 * @param seconds wall time of all
 */
public record QuickstartReport(
    Path directory, FineTuning base, Examination before, List<Job> jobs, double seconds) {

  /** Copies the list. */
  public QuickstartReport {
    jobs = List.copyOf(jobs);
  }

  /**
   * Fine-tuning on one backend.
   *
   * @param training how it went
   * @param after what the trained model answered, on the same backend
   */
  public record Job(FineTuning training, Examination after) {}

  /** Fine-tuning on the backend that was asked for. */
  public Job main() {
    return jobs.get(0);
  }
}
