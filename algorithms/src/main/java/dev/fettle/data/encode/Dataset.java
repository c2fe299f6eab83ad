package dev.fettle.data.encode;

import dev.fettle.data.read.DataException;
import java.util.List;

/**
 * Tokenised rows in file order, and what became of those that are not among them.
 *
 * @param <E> the kind of example
 * @param examples at least one; may lie outside the heap and be larger than it, so it is not to be
 *     copied: each is read when it is asked for, by any thread
 * @param report counts and warnings
 */
public record Dataset<E>(List<E> examples, LoadReport report) {

  /**
   * Keeps the list as it is.
   *
   * @throws DataException where there are no examples
   */
  public Dataset {
    if (examples.isEmpty()) {
      throw new DataException("no rows to train on");
    }
  }
}
