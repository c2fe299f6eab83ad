package dev.fettle.harness.quickstart;

import java.nio.file.Path;
import java.util.List;

/**
 * What the quickstart came to.
 *
 * @param directory where everything is
 * @param before what the base model answered
 * @param jobs the same fine-tuning on each backend, the main one first
 * @param alignments what came after it, on each backend, the main one first
 * @param seconds wall time of all
 */
public record QuickstartReport(
    Path directory,
    Examination before,
    List<Job> jobs,
    List<AlignmentReport> alignments,
    double seconds) {

  /** Copies the lists. */
  public QuickstartReport {
    jobs = List.copyOf(jobs);
    alignments = List.copyOf(alignments);
  }

  /** What came after fine-tuning on the main backend. */
  public AlignmentReport alignment() {
    return alignments.get(0);
  }

  /** The page with the curves, the table and answers. */
  public Path page() {
    return directory.resolve("report.html");
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
