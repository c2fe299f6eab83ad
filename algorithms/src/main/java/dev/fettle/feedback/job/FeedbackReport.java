package dev.fettle.feedback.job;

/**
 * What a job came to, the rows of earlier calls included.
 *
 * @param rows there are
 * @param before rows that earlier calls had done
 * @param done rows that are done now
 * @param counts of those
 */
public record FeedbackReport(long rows, long before, long done, Counts counts) {

  /** Whether all rows are done; false where it was asked to stop. */
  public boolean whole() {
    return done == rows;
  }
}
