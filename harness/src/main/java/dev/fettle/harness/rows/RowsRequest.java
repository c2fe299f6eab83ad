package dev.fettle.harness.rows;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What of the rows is wanted.
 *
 * @param shown rows of each data set that are shown token by token, the first ones
 * @param out where all rows to train on are written, as {@code {"input_ids": [...], "loss_mask":
 *     [...]}}, which training and scoring take back; nowhere where empty
 */
public record RowsRequest(int shown, Optional<Path> out) {

  /** Checks the number. */
  public RowsRequest {
    if (shown < 0) {
      throw new IllegalArgumentException("shown must be 0 or more, not " + shown);
    }
  }

  /** Shows some rows. */
  public static RowsRequest showing(int rows) {
    return new RowsRequest(rows, Optional.empty());
  }

  /** The same, writing all to a file whose name ends in {@code .jsonl}. */
  public RowsRequest writingTo(Path file) {
    return new RowsRequest(shown, Optional.of(file));
  }
}
