package dev.fettle.feedback.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fettle.feedback.Pacing;
import dev.fettle.sample.Origin;
import java.util.List;

/** What is done with rows; some are gone through together. */
public interface RowWork {

  /**
   * Does it.
   *
   * @return of each row the lines of its log, the last of which is its outcome
   */
  List<List<ObjectNode>> of(List<FeedbackRow> rows);

  /** About how many questions a row comes to at a time. */
  int questions(FeedbackRow row);

  /** How they are best put. */
  Pacing pacing();

  /** What the lines follow from, beside the rows. */
  Origin origin();
}
